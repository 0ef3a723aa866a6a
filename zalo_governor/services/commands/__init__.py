"""The chat commands that people type to the bot, such as `/baocao` (report): parsing, checks, execution, replies."""
