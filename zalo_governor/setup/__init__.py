"""What `init` and `install-service` write: governor.yaml, the office's configuration folder, systemd units."""
