"""The levels of secrecy in whatever disguise they are written."""
