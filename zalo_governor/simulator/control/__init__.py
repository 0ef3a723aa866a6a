"""HTTP API with which tests and demonstrations control the simulator, for example to send messages or cause faults."""
