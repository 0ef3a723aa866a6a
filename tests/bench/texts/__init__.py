"""Measurements of the rules' accuracy and speed on labelled texts."""
