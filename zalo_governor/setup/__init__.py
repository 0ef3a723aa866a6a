"""What `zalo-governor init` makes: the settings of an office, and its own copy of the configuration."""
