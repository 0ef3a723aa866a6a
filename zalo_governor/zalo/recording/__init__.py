"""Records what Zalo sends by its structure alone, and compares it with the structures that are known."""
