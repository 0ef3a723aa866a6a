"""Encrypted backups of an installation (database, key and settings of the bot): creating and restoring them."""
