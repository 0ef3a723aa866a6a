"""`make bench`: measures the program's speed and writes build/bench.json."""
