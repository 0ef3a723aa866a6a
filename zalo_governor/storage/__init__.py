"""Persistence with SQLAlchemy Core in SQLite (default) or PostgreSQL; personal data is encrypted."""
