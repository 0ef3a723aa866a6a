"""Splits frames into elements (raw dicts with an identity) and parses these into domain events."""
