"""The office's list of approved members: read from its own spreadsheets, compared, and matched with the group."""
