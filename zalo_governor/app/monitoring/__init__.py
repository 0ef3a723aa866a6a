"""Monitoring of the running bot for Prometheus, the service manager and the doctor; never exposes message content."""
