"""Scenarios, which describe a day of traffic in a Zalo group in a YAML file, and the player that performs them."""
