"""The rules themselves, one file each."""
