"""Checks display names with job titles, finds similar names, and parses telephone numbers."""
