"""Communication with Zalo: login, socket, events, history and sending, on top of the unmodified zlapi package."""
