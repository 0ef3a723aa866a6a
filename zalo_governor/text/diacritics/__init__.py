"""Detects Vietnamese typed without its diacritics (tone and vowel marks), and proposes the text with them."""
