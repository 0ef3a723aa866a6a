"""The control interface: what a test or a demonstration tells the simulator to do."""
