"""Reading and writing, one module for each aggregate."""
