"""The operating system: processes, files, the log."""
