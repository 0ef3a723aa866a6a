"""Logs in to Zalo and keeps the session alive."""
