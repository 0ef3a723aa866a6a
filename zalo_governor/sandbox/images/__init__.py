"""Looks at pictures in a process of its own: the library for it is large, and the pictures come from others."""
