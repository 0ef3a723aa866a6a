"""Messages to people: the catalogue of their texts, their formatting, and their way into the outbox."""
