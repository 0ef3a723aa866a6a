"""`zalo-governor login`."""
