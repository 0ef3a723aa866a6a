"""Logs in to Zalo, with a QR code or with stored cookies, and keeps the session alive."""
