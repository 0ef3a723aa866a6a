"""Backfill: fetches from Zalo the messages that the bot missed while it was not connected."""
