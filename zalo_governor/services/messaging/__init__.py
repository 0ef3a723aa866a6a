"""What the program says to people: the catalogue of texts, how they are filled in, and how they are sent."""
