"""Finds links in texts and judges their addresses without opening them (clause 4.4 of the regulation)."""
