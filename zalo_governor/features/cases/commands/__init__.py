"""The chat commands about cases."""
