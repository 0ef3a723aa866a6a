"""`zalo-governor login`: log in the bot account."""
