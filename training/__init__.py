"""Scripts that make the shipped weights from the shipped lines."""
