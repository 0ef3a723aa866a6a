"""Decodes socket bytes: splits them into WebSocket frames, decrypts and decompresses these, and reads their JSON."""
