"""Checks of the hosts and URLs in the settings."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, or a loopback address such as 127.0.0.1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def split_web_address(url: str) -> SplitResult | None:
    """Return the parts of an http or https URL that names a host and, if any, a possible port; None for other texts."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
