"""Calls of Zalo's HTTP API."""
