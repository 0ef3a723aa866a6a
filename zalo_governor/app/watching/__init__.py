"""Watching the bot from another machine: needs neither its database nor a Zalo session."""
