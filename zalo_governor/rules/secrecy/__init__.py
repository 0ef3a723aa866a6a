"""What the rule about state secrets looks at in a text."""
