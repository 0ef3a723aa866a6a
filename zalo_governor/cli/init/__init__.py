"""`zalo-governor init`."""
