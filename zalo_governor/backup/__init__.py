"""Encrypted backups of an installation: creating them and restoring from them."""
