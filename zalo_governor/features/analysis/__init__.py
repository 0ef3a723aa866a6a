"""Analyses of stored messages: tracing a leaked text to its source, and testing a rule on old messages again."""
