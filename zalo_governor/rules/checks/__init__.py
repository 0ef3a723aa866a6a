"""The rules of the regulation, one file each."""
