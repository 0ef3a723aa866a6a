"""Database connections, transactions and locks."""
