"""Evidence and features with which the rule on state secrets (clause 4.1) scores a text."""
