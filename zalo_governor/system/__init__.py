"""Access to the operating system: process limits, files, the log."""
