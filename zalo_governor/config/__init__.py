"""The settings of an installation: the file governor.yaml, overridden by environment variables ZALO_GOVERNOR_*."""
