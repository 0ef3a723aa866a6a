"""The activity report as a paper: every sentence and every table that its files show."""
