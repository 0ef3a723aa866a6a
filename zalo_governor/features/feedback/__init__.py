"""Incidents and suggestions that members send to the admins."""
