"""How the rooms are tied together, a piece at a time; `whole` puts the pieces together."""
