"""The command that shows the state of the program."""
