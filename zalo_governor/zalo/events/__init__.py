"""What frames carry: elements, and the domain events made of them."""
