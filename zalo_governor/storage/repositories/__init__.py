"""Repositories: reading and writing, one module per aggregate; methods of `domain.repositories` are documented there."""
