"""`zalo-governor demo`: the bot and a Zalo simulator run through a simulated working day."""
