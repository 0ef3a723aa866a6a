"""Computes hashes and thumbnails of strangers' pictures in a child process, which alone loads the large library."""
