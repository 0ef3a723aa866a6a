"""Maintenance of stored data: retention, erasure, adjustments after a restore, replacement of a bot account."""
