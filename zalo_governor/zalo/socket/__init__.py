"""The WebSocket to Zalo: one connection, and the listener that keeps reconnecting."""
