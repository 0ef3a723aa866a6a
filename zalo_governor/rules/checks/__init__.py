"""The rules that check events against the regulation, one topic per file."""
