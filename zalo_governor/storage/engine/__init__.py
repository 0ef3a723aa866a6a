"""The connection to the database, transactions and locks."""
