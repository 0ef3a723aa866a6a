"""Asks the antivirus ClamAV, where it runs on this machine, about a file, over the unix socket of its daemon clamd.

The bot's process asks, as the children that read attachments have no sockets. An answer "no virus" counts only if clamd
has dated signatures and looked at the whole file: otherwise the file was not checked ("chưa quét"), never clean.
"""

import io
import re
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from clamav_client.clamd import ClamdError, ClamdUnixSocket, CommunicationError

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 80
_NO_VIRUS = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")
"""What clamd says where it could not look inside (AlertExceedsMax, AlertEncrypted), of ordinary long PDFs too."""
_WHOLE_FILE = 25 << 20
"""Bytes that clamd looks at with Debian's settings (MaxFileSize); larger files it calls OK unseen."""
_DATE = "%a %b %d %H:%M:%S %Y"


class AntivirusVerdict(NamedTuple):
    """What the antivirus says of a file that it looked at."""

    name: str | None
    """Name of the signature that matched, of the characters A-Z a-z 0-9 . _ - only; None where none did."""
    engine: str
    """Name and version of the antivirus, such as `ClamAV 1.4.3`."""
    signatures_at: datetime | None
    """Date of ClamAV's own signatures; None where clamd has only others."""


class AntivirusVersion(NamedTuple):
    """Which antivirus answers, and how new its signatures are."""

    engine: str
    """Name and version of the antivirus, such as `ClamAV 1.4.3`."""
    signatures_at: datetime | None
    """Date of ClamAV's own signatures; None where clamd has only others."""


class Antivirus:
    """A client of clamd.

    Args:
        socket: clamd's unix socket, `LocalSocket` in clamd.conf.
        timeout: longest wait for each answer, in seconds.
    """

    def __init__(self, socket: Path, timeout: float) -> None:
        self._socket = socket
        self._timeout = timeout

    def version(self) -> AntivirusVersion | None:
        """Return the version of the antivirus and the date of its signatures; None where clamd does not answer."""
        try:
            return AntivirusVersion(*_parse_version(_Clamd(str(self._socket), self._timeout).version()))
        except (ClamdError, OSError, UnicodeDecodeError):
            return None

    def scan(self, content: bytes) -> AntivirusVerdict | None:
        """Return the antivirus's verdict on the file; None where it did not look at all of it.

        That is so where clamd is not there, does not answer in time, has no dated signatures (a match counts all the
        same), or the file is larger than clamd looks at.
        """
        clamd = _Clamd(str(self._socket), self._timeout)
        try:
            engine, signatures_at = _parse_version(clamd.version())
            status, found = clamd.instream(io.BytesIO(content)).get("stream", ("ERROR", None))
        # The library lets errors of the socket through while it sends.
        except (ClamdError, OSError, UnicodeDecodeError):
            return None
        if status == "FOUND" and found and not found.startswith(_NO_VIRUS):
            return AntivirusVerdict(_UNSAFE.sub("_", found)[:_LONGEST_NAME], engine, signatures_at)
        if status == "OK" and signatures_at and len(content) <= _WHOLE_FILE:
            return AntivirusVerdict(None, engine, signatures_at)
        return None


class _Clamd(ClamdUnixSocket):
    """Sets the time-out before connecting: a clamd that hangs stops accepting, and connecting would wait for ever."""

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
