"""What people do with what was heard: cases, notices, commands, reports."""
