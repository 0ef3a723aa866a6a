"""Calls to Zalo over HTTP."""
