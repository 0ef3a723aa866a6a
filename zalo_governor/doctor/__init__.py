"""`zalo-governor doctor`: checks of an installation that report what is wrong and how to repair it.

To add a check, write a function that yields its results into the module of its topic, and list it in `registry`.
"""
