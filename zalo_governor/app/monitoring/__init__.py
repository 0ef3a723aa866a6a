"""Monitoring of the running bot for Prometheus, systemd and the command `doctor`; never exposes message content."""
