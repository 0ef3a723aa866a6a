"""Access to the operating system: process settings, files and the log."""
