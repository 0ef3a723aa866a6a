"""The socket: connection, frames, and the thread that listens."""
