"""Encryption at rest and the secrets of the installation."""
