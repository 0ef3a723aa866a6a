"""Benchmarks of the program (`make bench`); the results are written to build/bench.json."""
