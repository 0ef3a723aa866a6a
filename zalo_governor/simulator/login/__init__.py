"""Simulation of Zalo's login site, where a user logs in by scanning a QR code with the phone app."""
