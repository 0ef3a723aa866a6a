"""Cases: how they open, whom they are told to, and how they end."""
