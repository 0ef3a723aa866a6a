"""Checks of the URLs in the settings."""

from urllib.parse import SplitResult, urlsplit


def split_web_address(url: str) -> SplitResult | None:
    """Return the parts of an http or https URL that names a host and, if any, a possible port; None for other texts."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
