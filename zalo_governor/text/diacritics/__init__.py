"""Detects Vietnamese without its diacritics, and proposes the missing ones."""
