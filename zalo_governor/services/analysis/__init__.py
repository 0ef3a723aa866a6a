"""Analyses of stored messages: tracing a leaked text to its source, and re-running a rule."""
