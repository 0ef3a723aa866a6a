"""Whether a message has its Vietnamese diacritics, and which ones are missing."""
