"""The schema migrations, one file for each revision, in the order of their numbers."""
