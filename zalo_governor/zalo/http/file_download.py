"""Downloads files from Zalo's file servers into memory, and from nowhere else.

The URL of a file comes from a message, so a member may have written it. It must not make the program connect to another
host (server-side request forgery, CWE-918): the name of the host must be one of Zalo's, all its IP addresses must be
public, and the connection is made to an IP address that was checked, without resolving the name again.
"""

import hashlib
import io
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from urllib3.util import parse_url

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.system.this_machine import is_this_machine
from zalo_governor.zalo.errors import ZaloError
from zalo_governor.zalo.http.host_addresses import Resolve, is_public, resolve_host
from zalo_governor.zalo.http.transport import ORIGINAL_HOST, ZALO_DOMAINS, checked_base

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

FILE_DOMAINS = (*ZALO_DOMAINS, "dlfl.vn", "zaloapp.com")
"""Domains of Zalo's file servers: photos, files, voices, videos and pictures of groups (zalo-protocol.md, 6.2)."""

_HEADERS = {"User-Agent": "Mozilla/5.0"}
_HTTP_PORT, _HTTPS_PORT = 80, 443
_MOST_REDIRECTS = 4
_MOST_ADDRESSES_TRIED = 3
_READ_BYTES = 64 << 10
_FIRST_BUFFER_BYTES = 256 << 10
_MD5_DIGITS = 32
_PAGE_BEGINNINGS = (b"<!doctype html", b"<html")
_PAGE_BYTES = 256
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSAL_BYTES = 200
"""Zalo's `err_code` is within these first bytes of an answer that refuses a file."""
_GONE = frozenset({401, 403, 404, 410})
_TRY_AGAIN = frozenset({408, 425, 429})


class FetchError(ZaloError):
    """A file was not downloaded; `reason` is why, and `retry` whether another try later may succeed.

    The text of the error contains neither the URL nor anything of the file.
    """

    def __init__(self, reason: NotChecked, detail: str, *, retry: bool) -> None:
        super().__init__(f"không tải được tệp từ Zalo ({reason.value}: {detail})")
        self.reason = reason
        self.retry = retry

    @property
    def facts(self) -> dict[str, str | int]:
        """Return what is logged with the error: the reason, and whether another try may succeed."""
        return {"reason": self.reason.value, "retry": self.retry}


class FileDownload:
    """Downloader of files from Zalo's file servers into memory; thread-safe, one connection for each request.

    Neither cookies nor a referer are sent, proxies of the environment are ignored, and nothing is written to disk.

    Args:
        route_to: URL on this machine that gets all requests instead of Zalo's hosts; None for Zalo itself.
        most_bytes: largest file to download.
        seconds: longest time for one file, with all redirects.
        idle_seconds: longest time in which nothing arrives.
        headers: those by which the session's browser describes itself, so that Zalo sees one browser.
        resolve: gives the IP addresses of a host name.
    """

    def __init__(
        self,
        route_to: str | None,
        *,
        most_bytes: int,
        seconds: float,
        idle_seconds: float = 15.0,
        headers: Mapping[str, str] = _HEADERS,
        resolve: Resolve = resolve_host,
    ) -> None:
        self._base = parse_url(checked_base(route_to)) if route_to else None
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._headers = headers
        self._resolve = resolve
        self._tls = ssl.create_default_context()

    def fetch(
        self, address: str, *, size: int | None = None, checksum: str | None = None, seconds: float | None = None
    ) -> bytearray:
        """Download the file at the URL `address`; the caller overwrites the returned bytes after use (`wipe`).

        A URL with http, as Zalo still gives some, is requested by https.

        Args:
            address: URL from a message.
            size: size in bytes that the message announces, None or 0 if it announces none. A file announced as too
                large is not requested.
            checksum: MD5 as 32 hexadecimal digits that the message announces; anything else is not compared.
            seconds: time limit for this file, if shorter than that of all; the download also ends after half of it
                without any data.

        Raises:
            FetchError: the file is not Zalo's, no longer there, too large, not the announced one, or did not arrive.
        """
        if size is not None and size > self._most_bytes:
            raise FetchError(NotChecked.TOO_LARGE, "announced", retry=False)
        limit = min(seconds or self._seconds, self._seconds)
        silence = min(self._idle_seconds, limit / 2)
        content = self._follow(_upgraded(address), _Clock(limit, silence), max(size or 0, 0))
        if not _matches(content, checksum):
            wipe(content)
            # TLS rules out a damaged transfer, so the same content would come again.
            raise FetchError(NotChecked.CHECKSUM, "MD5", retry=False)
        return content

    def _follow(self, address: str, clock: "_Clock", size: int) -> bytearray:
        for _ in range(1 + _MOST_REDIRECTS):
            try:
                target = self._checked_target(address)
                with closing(self._open_line(target.host, clock)) as line:
                    response = self._request(line, target, clock)
                    if response.status not in _REDIRECTS:
                        return self._read(response, clock, size)
                    # A relative location belongs to the address that was asked for.
                    address = urljoin(target.url, response.getheader("Location") or "")
            except (OSError, HTTPException) as error:
                # Without the cause: its text may contain the address.
                raise FetchError(NotChecked.NOT_FETCHED, type(error).__name__, retry=True) from None
            except ValueError:
                # From parse_url, from urljoin, or from the resolver for an empty or too long part of the name.
                raise FetchError(NotChecked.FOREIGN_HOST, "not an address", retry=False) from None
        raise FetchError(NotChecked.NOT_FETCHED, "redirects", retry=False)

    def _checked_target(self, address: str) -> "_Target":
        """Split and check a URL; raise FetchError if its host is no file server of Zalo, ValueError if it is no URL."""
        url = parse_url(address)
        # parse_url writes the host in lower case and in ASCII (IDNA), and refuses spaces, backslashes and the like.
        host = (url.host or "").rstrip(".")
        if url.scheme != "https" or url.auth is not None or url.port not in {None, _HTTPS_PORT}:
            raise FetchError(NotChecked.FOREIGN_HOST, "not plain https", retry=False)
        if not any(host == domain or host.endswith(f".{domain}") for domain in FILE_DOMAINS):
            raise FetchError(NotChecked.FOREIGN_HOST, "not a file server of Zalo", retry=False)
        return _Target(host, url.request_uri, f"https://{host}{url.request_uri}")

    def _open_line(self, host: str, clock: "_Clock") -> socket.socket:
        """Connect, over TLS, to a public IP address of the host; with `route_to`, to its server, over TLS if https."""
        if self._base:
            name, port = (self._base.host or "").strip("[]"), self._base.port
            secure = self._base.scheme == "https"
            addresses = [one for one in self._resolve(name) if is_this_machine(one)]
        else:
            name, port, secure = host, None, True
            addresses = list(self._resolve(name))
            if not all(map(is_public, addresses)):
                # The login page of a public network answers so for a while; a later answer is checked again.
                raise FetchError(NotChecked.FOREIGN_HOST, "not a public address", retry=True)
        default = _HTTPS_PORT if secure else _HTTP_PORT
        line = _connect_to_any(addresses[:_MOST_ADDRESSES_TRIED], port or default, clock)
        if not secure:
            return line
        try:
            line.settimeout(clock.wait())
            return self._tls.wrap_socket(line, server_hostname=name)
        except BaseException:
            line.close()
            raise

    def _request(self, line: socket.socket, target: "_Target", clock: "_Clock") -> HTTPResponse:
        headers = {"Accept": "*/*", **self._headers, "Connection": "close"}
        if self._base:
            headers[ORIGINAL_HOST] = target.host
        connection = HTTPConnection(target.host)
        # It must not connect by itself, which would resolve the name once more.
        connection.auto_open = 0
        connection.sock = _TimedSocket(line, clock)
        # http.client adds "Accept-Encoding: identity".
        connection.request("GET", target.path, headers=headers)
        return connection.getresponse()

    def _read(self, response: HTTPResponse, clock: "_Clock", size: int) -> bytearray:
        _require_file(response)
        # An answer with neither length nor chunks ends with its connection, whole or not.
        ends_early = response.length is None and not response.chunked
        least = size if ends_early else response.length or 0
        if least > self._most_bytes:
            raise FetchError(NotChecked.TOO_LARGE, "declared", retry=False)
        received = _Received(least, self._most_bytes)
        try:
            while received.read_from(response):
                clock.wait()
                received.require_small()
            received.require_complete()
            received.require_file(response.getheader("Content-Type") or "")
        except BaseException:
            wipe(received.content)
            raise
        content = received.finish()
        if len(content) != size and _is_page(response, content):
            # Such as the login page of a public network, also with status 200.
            wipe(content)
            raise FetchError(NotChecked.NOT_FETCHED, "page", retry=True)
        return content


def wipe(content: bytearray) -> None:
    """Overwrite downloaded bytes with zeros, so that they do not stay in memory after use."""
    content[:] = bytes(len(content))


class _Target(NamedTuple):
    """A checked URL: the host in ASCII, the path with the query, and the whole URL."""

    host: str
    path: str
    url: str


class _Clock:
    """The time limits of one download, in seconds: the whole, and the longest silence."""

    def __init__(self, seconds: float, idle_seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._idle_seconds = idle_seconds

    def wait(self) -> float:
        """Return how many seconds the next operation may take; raise TimeoutError if the time is over."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self._idle_seconds)


class _TimedSocket:
    """The part of a socket that `http.client` uses, with the time limit of the download before every operation.

    A plain timeout of a socket begins anew with each byte, so that a server could hold a download for ever.
    """

    def __init__(self, line: socket.socket, clock: _Clock) -> None:
        self._line = line
        self._clock = clock

    def sendall(self, data: "ReadableBuffer") -> None:
        self._line.settimeout(self._clock.wait())
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Arriving(self._line, self._clock))

    def close(self) -> None:
        """Do nothing: `http.client` closes the socket while the answer is still being read."""


class _Arriving(io.RawIOBase):
    def __init__(self, line: socket.socket, clock: _Clock) -> None:
        super().__init__()
        self._line = line
        self._clock = clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        self._line.settimeout(self._clock.wait())
        return self._line.recv_into(buffer)


class _Received:
    """The bytes of a file as they arrive, without copies of them elsewhere in memory.

    `least` is the expected size, 0 if unknown, and `most` the largest that is allowed.
    """

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most
        self.content = bytearray((least or min(most, _FIRST_BUFFER_BYTES)) + 1)
        self._end = 0

    def read_from(self, response: HTTPResponse) -> int:
        """Read what has arrived, at most 64 KiB; return the number of bytes, 0 at the end."""
        if self._end == len(self.content):
            self._grow()
        with memoryview(self.content) as whole, whole[self._end : self._end + _READ_BYTES] as part:
            count = response.readinto(part)
        self._end += count
        return count

    def require_small(self) -> None:
        """Raise FetchError if more bytes than allowed have arrived."""
        if self._end > self._most:
            raise FetchError(NotChecked.TOO_LARGE, "streamed", retry=False)

    def require_complete(self) -> None:
        """Raise FetchError if fewer bytes than expected have arrived."""
        if self._end < self._least:
            raise FetchError(NotChecked.NOT_FETCHED, "cut short", retry=True)

    def require_file(self, mime: str) -> None:
        """Raise FetchError if the bytes are JSON with an error code, which Zalo sends for an expired URL (HTTP 200).

        `mime` is the Content-Type of the answer; see zalo-protocol.md, 14.5.
        """
        if "json" in mime and b'"err_code"' in self.content[:_REFUSAL_BYTES]:
            raise FetchError(NotChecked.GONE, "expired", retry=False)

    def finish(self) -> bytearray:
        """Return the bytes that have arrived."""
        del self.content[self._end :]
        return self.content

    def _grow(self) -> None:
        """Double the memory; overwrite the old bytes, which a resize would leave behind."""
        longer = bytearray(min(2 * self._end, self._most + 1))
        longer[: self._end] = self.content
        wipe(self.content)
        self.content = longer


def _upgraded(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    return f"https://{rest}" if separator and scheme.lower() == "http" else address


def _connect_to_any(addresses: Sequence[str], port: int, clock: _Clock) -> socket.socket:
    """Connect to the first of the IP addresses that answers; raise OSError if none does."""
    failure: OSError = ConnectionError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=clock.wait())
        except OSError as error:
            failure = error
    raise failure


def _require_file(response: HTTPResponse) -> None:
    """Raise FetchError unless the answer has HTTP status 200 and a body that is not compressed."""
    status = response.status
    if status in _GONE:
        raise FetchError(NotChecked.GONE, f"HTTP {status}", retry=False)
    if status != 200:
        raise FetchError(NotChecked.NOT_FETCHED, f"HTTP {status}", retry=status >= 500 or status in _TRY_AGAIN)
    if (response.getheader("Content-Encoding") or "identity").strip().lower() != "identity":
        # Not asked for; unpacking would need limits of its own.
        raise FetchError(NotChecked.NOT_FETCHED, "Content-Encoding", retry=False)


def _is_page(response: HTTPResponse, content: bytearray) -> bool:
    """Return whether the answer is a web page instead of a file, by its Content-Type and first bytes."""
    begins = bytes(content[:_PAGE_BYTES]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" in (response.getheader("Content-Type") or "").lower() and begins.startswith(_PAGE_BEGINNINGS)


def _matches(content: bytearray, checksum: str | None) -> bool:
    """Return whether the bytes have the announced MD5; True if none, or no MD5, was announced."""
    announced = (checksum or "").strip().lower()
    if len(announced) != _MD5_DIGITS or not set(announced) <= set("0123456789abcdef"):
        return True
    return hashlib.md5(content, usedforsecurity=False).hexdigest() == announced
