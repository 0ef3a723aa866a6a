"""How the rooms are tied together, a piece at a time; `app` puts the pieces together."""
