"""Reads spreadsheets that somebody has uploaded in a process without network, keys and right to write."""
