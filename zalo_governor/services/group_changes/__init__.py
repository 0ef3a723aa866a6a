"""Changes of the group (name, picture, settings), checked against approvals (clauses 5.2, 6.1, 6.5)."""
