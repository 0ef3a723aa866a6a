"""Many members and many messages."""
