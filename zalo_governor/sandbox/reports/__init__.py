"""A paper -> the bytes of a file. Pure; heavy libraries live here alone and are loaded by a process of its own."""
