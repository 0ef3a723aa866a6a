"""What was said while nobody listened."""
