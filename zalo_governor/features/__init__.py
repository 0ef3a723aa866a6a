"""What the program does, one folder for each thing that it does; a folder may know only those that stand below it."""
