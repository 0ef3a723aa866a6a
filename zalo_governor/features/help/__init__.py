"""Help, the regulation to read, and diacritics for a sentence."""
