"""Checks of access to the panel: cookie, origin and number of requests; and a log of what was refused."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from time import monotonic
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger(__name__)

COOKIE = "__Host-bang"
"""Name of the session's cookie. By this prefix, browsers accept it only over HTTPS (or from this machine), for this
host alone and for all its paths (RFC 6265bis, 4.1.3.2)."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Server": "panel",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: browsers load nothing from other hosts, run no inline scripts, show no page in a frame."""
_PER_SECOND, _BURST = 10.0, 80.0
"""Requests that an address may make, per second and at once; a page needs three to five."""
_ENTRIES_PER_SECOND, _ENTRIES = 0.1, 10.0
"""Login links that an address may try, per second and at once, so that none is guessed."""
_MOST_ADDRESSES = 10_000
_LOG_SECONDS = 1.0


class Buckets:
    """Rate limits by address (token buckets): a bucket fills at a steady rate, and each request takes one token out."""

    def __init__(self, per_second: float = _PER_SECOND, burst: float = _BURST) -> None:
        self._per_second, self._burst = per_second, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Return whether the address may make a request now; count it if so."""
        now = monotonic()
        left, since = self._left.pop(address, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now)
        if len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
        return allowed


def entries() -> Buckets:
    """Return the buckets for tries to log in by a link: each address has 10, and one more every ten seconds."""
    return Buckets(_ENTRIES_PER_SECOND, _ENTRIES)


def is_ours(headers: Mapping[str, str], base: str) -> bool:
    """Return whether a request that changes something comes from a page of the panel, whose URL begins with `base`.

    Browsers say so in Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin; what says neither is refused.
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if origin is not None and origin != base:
        return False
    return site == "same-origin" if site is not None else origin == base


def is_our_host(host: str | None, base: str) -> bool:
    """Return whether the header `host` names the host of `base`, the panel's URL; else it may be DNS rebinding."""
    return host is not None and host.lower() == urlsplit(base).netloc.lower()


class RefusalLog:
    """Logs what was refused, each reason at most once a second with its count: an attack must not fill the disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, tuple[float, int]] = {}

    def note(self, why: str, **about: object) -> None:
        """Log a refusal with its reason `why` ("too_many") and further facts `about`, without content or secrets."""
        with self._lock:
            told_at, silent = self._told.get(why, (-_LOG_SECONDS, 0))
            if monotonic() - told_at < _LOG_SECONDS:
                self._told[why] = (told_at, silent + 1)
                return
            self._told[why] = (monotonic(), 0)
        log.warning("panel_refused", why=why, count=silent + 1, **about)
