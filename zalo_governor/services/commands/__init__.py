"""What people may type to the program."""
