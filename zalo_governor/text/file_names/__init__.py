"""Names of files: what the system would do with a file of that name, and what the name hides from its reader."""
