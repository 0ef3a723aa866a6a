"""Statistics and exports of stored data."""
