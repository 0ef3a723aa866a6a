"""Statistics and exports of stored data; `domain.repositories` documents the methods."""
