"""Hashes and shrinks pictures in a child process: the imaging library is large and the pictures come from strangers."""
