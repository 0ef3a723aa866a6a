"""Directives (orders of the leadership): recognised, answered, followed up and reported (clauses 3.3, 7.3, 7.4)."""
