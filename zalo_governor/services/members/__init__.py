"""The members of a group: the roster, display names, outsiders, and what a look at the group shows."""
