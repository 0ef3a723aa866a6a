"""Scenarios: a day of group traffic written as YAML, and the player that performs it."""
