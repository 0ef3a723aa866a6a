"""Reads attachments (files and pictures that people send) in a child process without network, keys or disk."""
