"""Splits socket frames into elements (messages, reactions …, as raw dicts with ids) and parses these into events."""
