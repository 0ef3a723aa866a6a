"""Simulation of Zalo's login by QR code."""
