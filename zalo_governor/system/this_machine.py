"""Tells whether a host in a setting or a URL is this machine itself."""

import ipaddress


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, or a loopback address such as 127.0.0.1, ::1 or [::1]."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
