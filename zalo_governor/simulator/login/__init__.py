"""Logging in by QR code."""
