"""Maintenance of stored data: retention, erasure, restore from a backup, replacement of a bot account."""
