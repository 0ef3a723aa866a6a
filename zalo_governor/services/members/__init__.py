"""Members of a group: the roster, display names, outsiders, and the periodic group sync."""
