"""Reads directives (orders of the leadership; clauses 3.3, 7.3): what is ordered, of whom, by when; and replies."""
