"""Repositories: reading and writing, one module per aggregate; `domain.repositories` documents their methods."""
