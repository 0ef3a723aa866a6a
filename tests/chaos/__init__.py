"""The chaos run: the real bot against the simulator with everything going wrong, and a table that judges it."""
