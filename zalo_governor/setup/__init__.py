"""What `zalo-governor init` and `install-service` write: settings, an office's configuration folder, systemd units."""
