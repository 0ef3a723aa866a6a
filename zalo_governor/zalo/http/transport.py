"""Restricts outgoing requests and sockets to Zalo's own hosts, or redirects all of them to one URL on this machine."""

import logging
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from zalo_governor.system.this_machine import is_this_machine
from zalo_governor.zalo.errors import ForbiddenHostError
from zalo_governor.zalo.http.cookies import CookieStore

ZALO_DOMAINS = ("zalo.me", "zadn.vn", "zdn.vn")
ORIGINAL_HOST = "X-Orig-Host"
"""Request header with the original host, for the local server that stands in for Zalo's hosts (`zalo.route_to`)."""


class ZaloTransport(HTTPAdapter):
    """HTTP adapter that allows only Zalo's hosts, adds the cookies of the requested host, and sets a timeout.

    With `route_to`, a URL on this machine, every request goes to that URL instead. `timeout` is in seconds.
    """

    def __init__(self, cookies: CookieStore, *, route_to: str | None, timeout: float) -> None:
        super().__init__(max_retries=0)
        self._cookies = cookies
        self._base = checked_base(route_to) if route_to else None
        self._timeout = timeout
        # Below this level urllib3 logs whole URLs, and the login's URL contains the imei.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send an HTTP request as `HTTPAdapter.send` does, but ignore proxies, and store the cookies of the response.

        Raises:
            ForbiddenHostError: the host is not Zalo's, and requests are not redirected to this machine.
        """
        target = request.copy()
        header = self._cookies.header(request)
        if header:
            target.headers["Cookie"] = header
        if self._base:
            target.headers[ORIGINAL_HOST] = _parse(request.url).netloc or ""
            target.url = self._base + request.path_url
        else:
            require_zalo(request.url, "https")
        response = super().send(target, stream=stream, timeout=timeout or self._timeout, verify=verify, cert=cert)
        # Cookies and later checks depend on the original URL, not on the one it was redirected to.
        response.request = request
        response.url = request.url or ""
        response.cookies = RequestsCookieJar()
        self._cookies.learn(request, response)
        return response


def http_through(transport: ZaloTransport) -> Session:
    """Return a `requests` session that sends everything through this transport; only the transport adds cookies."""
    http = Session()
    # No proxies and no .netrc: environment variables must not redirect requests.
    http.trust_env = False
    # The transport alone handles cookies; a second jar would send them twice.
    http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    http.adapters.clear()
    http.mount("https://", transport)
    return http


def checked_base(route_to: str) -> str:
    """Check the setting `zalo.route_to`, a URL on this machine to use instead of Zalo; return its scheme and host.

    Raises:
        ForbiddenHostError: the URL is not http(s) on a loopback address.
    """
    url = _parse(route_to)
    if url.scheme not in {"http", "https"} or not is_this_machine(url.host or "") or url.auth:
        raise ForbiddenHostError("zalo.route_to: chỉ nhận địa chỉ trên chính máy này; dùng Zalo thật thì ghi null")
    return f"{url.scheme}://{url.netloc}"


def checked_socket_url(address: str, *, routed: bool) -> str:
    """Return the URL of a socket unchanged if the program may connect to it.

    `routed`: the setting `zalo.route_to` replaces Zalo by a server on this machine.

    Raises:
        ForbiddenHostError: the URL is not wss on one of Zalo's hosts or, with `routed`, not on a loopback address.
    """
    if not routed:
        require_zalo(address, "wss")
        return address
    url = _parse(address)
    if url.scheme not in {"ws", "wss"} or not is_this_machine(url.host or ""):
        raise ForbiddenHostError(f"with zalo.route_to the socket too must be on this machine, not on {url.host}")
    return address


def checked_service_url(address: str, *, routed: bool) -> str:
    """Return the base URL of one of Zalo's services, with the scheme https, if the program may send calls there.

    `routed`: the setting `zalo.route_to` replaces Zalo by a server on this machine, which may then be named too: the
    transport sends everything there, whatever the URL says.

    Raises:
        ForbiddenHostError: the URL is not https on one of Zalo's hosts.
    """
    url = _parse(address)
    if not (routed and is_this_machine(url.host or "")):
        require_zalo(address, "https")
    return f"https://{url.netloc}{url.path or ''}"


def require_zalo(address: str | None, scheme: str) -> None:
    """Raise ForbiddenHostError unless the URL `address` has the given scheme and one of Zalo's hosts."""
    url = _parse(address)
    host = (url.host or "").lower().rstrip(".")
    if url.scheme != scheme or not any(host == domain or host.endswith(f".{domain}") for domain in ZALO_DOMAINS):
        raise ForbiddenHostError(f"{url.scheme}://{url.host} is not one of Zalo's own addresses")


def _parse(address: str | None) -> Url:
    # Use the parser of the library that connects: two parsers could read different hosts from a malformed URL.
    try:
        return parse_url(address or "")
    except LocationParseError:
        raise ForbiddenHostError("not an address") from None
