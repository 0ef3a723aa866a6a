"""The WebSocket to Zalo: a single connection, and the listener that reads and keeps reconnecting."""
