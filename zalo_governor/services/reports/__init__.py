"""The activity report: counting, wording, and sending it when its time has come."""
