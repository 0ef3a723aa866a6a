"""`zalo-governor demo`."""
