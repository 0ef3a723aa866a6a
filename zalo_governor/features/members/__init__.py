"""Members of a group: the roster (approved list of members), outsiders, display names, and the sync with Zalo."""
