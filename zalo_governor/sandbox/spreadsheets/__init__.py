"""Reads uploaded spreadsheets in a child process without network, keys or the right to write."""
