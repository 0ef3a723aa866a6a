"""How good the rules are on labelled lines, and how fast."""
