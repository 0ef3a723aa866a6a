"""Zalo Governor: hears a provincial office's Zalo group, judges it by the group's regulation, and reports."""

__version__ = "0.1.0"
