"""Backfill: fetches from Zalo's history the messages that the bot missed while it was not connected."""
