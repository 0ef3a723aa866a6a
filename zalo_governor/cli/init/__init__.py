"""`zalo-governor init`: set up an installation (settings, login, groups and people with roles)."""
