"""A simulated Zalo server, to which the bot and other clients connect in tests, demonstrations and load tests."""
