"""The program as a whole: how its parts are put together, started, watched and stopped."""
