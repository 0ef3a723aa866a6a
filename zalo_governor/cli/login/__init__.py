"""`zalo-governor login`: log in the bot's Zalo account."""
