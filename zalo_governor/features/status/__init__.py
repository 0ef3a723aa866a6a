"""The state of the program, for those who look after it."""
