"""Persistence: SQLAlchemy Core over SQLite (default) or PostgreSQL, personal data encrypted."""
