"""`zalo-governor demo`: bot and simulator run through a simulated working day."""
