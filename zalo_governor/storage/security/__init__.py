"""Encryption of stored data, and the installation's secrets."""
