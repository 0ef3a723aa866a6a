"""`zalo-governor init`: set up an installation."""
