"""Statistics and exports of stored data; methods of `domain.repositories` are documented there."""
