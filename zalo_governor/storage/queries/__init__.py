"""Counting and exporting what is stored."""
