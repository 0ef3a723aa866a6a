"""Generators of load: many group members and many messages."""
