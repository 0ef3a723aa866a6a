"""Load for benchmarks and crash tests: large groups of invented people, and many messages at high speed."""
