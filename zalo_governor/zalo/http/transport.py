"""The only way out: requests and sockets go to Zalo's own hosts, or all of them to one address on this machine."""

import ipaddress
import logging
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from zalo_governor.zalo.errors import ForbiddenHostError
from zalo_governor.zalo.http.cookies import CookieStore

ZALO_DOMAINS = ("zalo.me", "zadn.vn", "zdn.vn")
ORIGINAL_HOST = "X-Orig-Host"
"""Header that tells the address in `zalo.route_to` which host a request was meant for."""


class ZaloTransport(HTTPAdapter):
    """Sends a request where it may go, with the cookies that belong to the host it was meant for, and a time limit."""

    def __init__(self, cookies: CookieStore, *, route_to: str | None, timeout: float) -> None:
        super().__init__(max_retries=0)
        self._cookies = cookies
        self._base = checked_base(route_to) if route_to else None
        self._timeout = timeout
        # Below this level urllib3 writes down whole addresses, and the login's address holds the imei.
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
        """As requests has it, without proxies.

        Raises:
            ForbiddenHostError: the address is neither Zalo's own nor routed.
        """
        target = request.copy()
        header = self._cookies.header(request)
        if header:
            target.headers["Cookie"] = header
        if self._base:
            target.headers[ORIGINAL_HOST] = _parsed(request.url).netloc or ""
            target.url = self._base + request.path_url
        else:
            require_zalo(request.url, "https")
        response = super().send(target, stream=stream, timeout=timeout or self._timeout, verify=verify, cert=cert)
        # From here on everything is judged by the address that was meant, not by where it was routed.
        response.request = request
        response.url = request.url or ""
        response.cookies = RequestsCookieJar()
        self._cookies.learn(request, response)
        return response


def http_through(transport: ZaloTransport) -> Session:
    """A session of requests with this one way out."""
    http = Session()
    # No proxies, no .netrc: what the environment says must not lead requests elsewhere.
    http.trust_env = False
    # The transport alone deals with cookies; a second jar would send them twice.
    http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    http.adapters.clear()
    http.mount("https://", transport)
    return http


def checked_base(route_to: str) -> str:
    """The base URL without a slash at its end.

    Raises:
        ForbiddenHostError: not http(s) on a loopback address.
    """
    url = _parsed(route_to)
    if url.scheme not in {"http", "https"} or not _is_loopback(url.host) or url.auth:
        raise ForbiddenHostError(
            "zalo.route_to: chỉ địa chỉ trên chính máy này được thay cho Zalo; dùng Zalo thật thì ghi null"
        )
    return f"{url.scheme}://{url.netloc}"


def checked_socket_url(address: str, *, routed: bool) -> str:
    """The address of a socket as the login gave it, if the program may connect to it.

    Raises:
        ForbiddenHostError: not wss to Zalo's own hosts; with `routed`, not a loopback address.
    """
    if not routed:
        require_zalo(address, "wss")
        return address
    url = _parsed(address)
    if url.scheme not in {"ws", "wss"} or not _is_loopback(url.host):
        raise ForbiddenHostError(f"with zalo.route_to the socket too must be on this machine, not on {url.host}")
    return address


def require_zalo(address: str | None, scheme: str) -> None:
    """Raises ForbiddenHostError unless the address is Zalo's own, under that scheme."""
    url = _parsed(address)
    host = (url.host or "").lower().rstrip(".")
    if url.scheme != scheme or not any(host == domain or host.endswith(f".{domain}") for domain in ZALO_DOMAINS):
        raise ForbiddenHostError(f"{url.scheme}://{url.host} is not one of Zalo's own addresses")


def _parsed(address: str | None) -> Url:
    # The parser of the library that connects: two parsers could see two hosts in one crooked address.
    try:
        return parse_url(address or "")
    except LocationParseError:
        raise ForbiddenHostError("not an address") from None


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False
