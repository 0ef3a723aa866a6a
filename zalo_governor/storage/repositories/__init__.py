"""Repositories: reading and writing, one module per aggregate."""
