"""What somebody changes about the group itself, held against what the leader has allowed (clauses 5.2, 6.1, 6.5)."""
