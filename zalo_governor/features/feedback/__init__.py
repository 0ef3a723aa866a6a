"""Incidents and suggestions that members tell the admins."""
