"""Has files scanned by the antivirus ClamAV, if it runs on this machine, over the unix socket of its daemon clamd.

The bot's own process does so, as the child processes that read attachments have no sockets. An answer "no virus" counts
only if clamd has dated signatures and scanned the whole file: otherwise the file was not checked ("chưa quét").
"""

import re
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO, NamedTuple, cast

from clamav_client.clamd import ClamdError, ClamdUnixSocket, CommunicationError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 80
_NO_VIRUS = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")
"""Beginnings of clamd's alerts (AlertExceedsMax, AlertEncrypted) on what it cannot scan: ordinary long PDFs, too."""
_WHOLE_FILE = 25 << 20
"""Largest file in bytes that clamd scans with Debian's settings (MaxFileSize); it calls larger ones OK unscanned."""
_CHUNK_BYTES = 64 << 10
_DATE = "%a %b %d %H:%M:%S %Y"


class AntivirusVerdict(NamedTuple):
    """Result of the antivirus for a file that it scanned as a whole."""

    name: str | None
    """Name of the signature that matched, of the characters A-Z a-z 0-9 . _ - only; None where none did."""
    engine: str
    """Name and version of the antivirus, such as `ClamAV 1.4.3`."""
    signatures_at: datetime | None
    """Date of ClamAV's own signatures; None where clamd has only others."""


class AntivirusVersion(NamedTuple):
    """Version of the antivirus, and date of its signatures."""

    engine: str
    """Name and version of the antivirus, such as `ClamAV 1.4.3`."""
    signatures_at: datetime | None
    """Date of ClamAV's own signatures; None where clamd has only others."""


class Antivirus:
    """Client of clamd, the daemon of the antivirus ClamAV.

    Args:
        socket: clamd's unix socket, `LocalSocket` in clamd.conf.
        timeout: longest wait for each answer, in seconds.
    """

    def __init__(self, socket: Path, timeout: float) -> None:
        self._socket = socket
        self._timeout = timeout

    def version(self) -> AntivirusVersion | None:
        """Return the version of the antivirus and the date of its signatures; None if clamd does not answer."""
        try:
            return AntivirusVersion(*_parse_version(_Clamd(str(self._socket), self._timeout).version()))
        except (ClamdError, OSError, UnicodeDecodeError):
            return None

    def scan(self, content: bytes | bytearray) -> AntivirusVerdict | None:
        """Return the antivirus's verdict on the file; None if it did not scan the whole file.

        That is the case if clamd does not run, does not answer in time, has no dated signatures (a match counts
        nevertheless), or the file is larger than clamd scans.
        """
        clamd = _Clamd(str(self._socket), self._timeout)
        # Copied in chunks: several files of many MB may be scanned at the same time.
        chunks = (content[start : start + _CHUNK_BYTES] for start in range(0, len(content), _CHUNK_BYTES))
        stream = cast("BinaryIO", SimpleNamespace(read=lambda _size: next(chunks, b"")))
        try:
            engine, signatures_at = _parse_version(clamd.version())
            status, found = clamd.instream(stream).get("stream", ("ERROR", None))
        # While it sends, the library raises errors of the socket as they are.
        except (ClamdError, OSError, UnicodeDecodeError):
            return None
        if status == "FOUND" and found and not found.startswith(_NO_VIRUS):
            return AntivirusVerdict(_UNSAFE.sub("_", found)[:_LONGEST_NAME], engine, signatures_at)
        if status == "OK" and signatures_at and len(content) <= _WHOLE_FILE:
            return AntivirusVerdict(None, engine, signatures_at)
        return None


class _Clamd(ClamdUnixSocket):
    """Client that sets the time-out before connecting: else, connecting to a clamd that hangs would take for ever."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__(path)
        self._seconds = timeout

    def _init_socket(self) -> None:
        self.clamd_socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.clamd_socket.settimeout(self._seconds)
        try:
            self.clamd_socket.connect(self.unix_socket)
        except OSError as error:
            self.clamd_socket.close()
            raise CommunicationError(self._error_message(error)) from error


def _parse_version(answer: str) -> tuple[str, datetime | None]:
    """Return engine and date of signatures from `ClamAV 1.4.3/27793/Mon Nov  2 09:52:04 2026`, or `ClamAV 1.4.3`."""
    engine, *rest = answer.split("/")
    if len(rest) < 2:
        return engine.strip(), None
    try:
        # clamd writes local time (ctime), and runs on this machine.
        return engine.strip(), datetime.fromtimestamp(time.mktime(time.strptime(rest[1].strip(), _DATE)), UTC)
    except (ValueError, OverflowError):
        return engine.strip(), None
