"""Finds the names of secrecy levels, however they are disguised."""
