"""Clients of Zalo's HTTP API: sending, reading groups and histories, acting on members and messages."""
