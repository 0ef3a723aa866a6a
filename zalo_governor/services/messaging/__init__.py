"""Messages to people: the catalogue of texts, their formatting, and sending them through the outbox."""
