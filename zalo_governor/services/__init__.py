"""Services that act on events judged by the rules: cases (possible breaches), notices, commands and reports."""
