"""Bytes of the socket into what Zalo said: WebSocket frames cut out, decrypted and decompressed."""
