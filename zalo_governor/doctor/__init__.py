"""`zalo-governor doctor`: everything that can be wrong with an installation, and how to mend it.

To add a check, write a function that yields results in the file of what it looks at, and name it in `registry`.
"""
