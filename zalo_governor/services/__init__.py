"""Services that act on judged events: cases, notices, group changes, commands and reports."""
