"""Changes of a group's name, picture or settings, which need the leader's approval (clauses 5.2, 6.1, 6.5)."""
