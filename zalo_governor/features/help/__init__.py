"""Commands for everybody: help, the regulation to read, diacritics for a sentence, the choice of a group."""
