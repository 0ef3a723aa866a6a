"""A day of group traffic, written as YAML and played."""
