"""What the program remembers: SQLAlchemy Core over SQLite (default) or PostgreSQL, everything personal encrypted."""
