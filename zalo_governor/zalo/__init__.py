"""The wire to Zalo: session, socket, history and sends, on top of the unmodified zlapi package."""
