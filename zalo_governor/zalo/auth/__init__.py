"""Logging in to Zalo and keeping the session."""
