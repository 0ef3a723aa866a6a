"""The file server of the simulated Zalo: serves the contents of photo and file messages, also with faults."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

from aiohttp import web

FILE_PATH = r"/{id:\d{10,}}/{name:.+}"
"""URL path of a file of a message (a pattern of aiohttp): its id at the simulator, then its name."""
UPLOAD_PATH = r"/{id:\d{10,}}"
"""URL path of a file that a client uploaded, as the event `file_done` announces it."""

_HOSTS = {"file": "https://f25-zfc.zdn.vn", "photo": "https://f20-zpc.zdn.vn"}
_PIECE = 1024
_ENDLESS_PIECE = bytes(64 * 1024)
_SLOW_SECONDS = 0.5


class FileFault(StrEnum):
    """A fault of the simulated file server that concerns one file."""

    GONE = "gone"
    """The file is no longer there (HTTP status 404)."""
    ERROR = "error"
    """The server fails (HTTP status 500)."""
    SLOW = "slow"
    """A kilobyte comes every half second."""
    TRUNCATED = "truncated"
    """The connection breaks after half of the file."""
    ENDLESS = "endless"
    """Zeros come for ever, without an announced length."""
    REDIRECT = "redirect"
    """The server redirects to the URL `location`."""
    CHECKSUM = "checksum"
    """The file is served whole, but the message announces the MD5 of another content."""


@dataclass(frozen=True)
class ServedFile:
    """A file of a message that the simulated file server serves, with its fault, if any."""

    name: str
    content: bytes
    kind: Literal["file", "photo"] = "file"
    fault: FileFault | None = None
    location: str = ""
    """URL to which the fault REDIRECT leads."""

    @property
    def checksum(self) -> str:
        """Return the MD5 that the message announces, as 32 hexadecimal digits."""
        announced = b"another content" if self.fault is FileFault.CHECKSUM else self.content
        return hashlib.md5(announced, usedforsecurity=False).hexdigest()

    def address(self, file_id: str, copy: str = "") -> str:
        """Return the URL of the file at Zalo's file server; `copy` names another copy, such as `hd`."""
        folder = f"{copy}/" if copy else ""
        return f"{_HOSTS[self.kind]}/{file_id}/{folder}{quote(self.name)}"


async def serve_file(request: web.Request, file: ServedFile) -> web.StreamResponse:
    """Answer a client's request for a file of a message; the file's fault, if any, decides how."""
    match file.fault:
        case FileFault.GONE:
            return web.Response(status=404)
        case FileFault.ERROR:
            return web.Response(status=500)
        case FileFault.REDIRECT:
            return web.Response(status=302, headers={"Location": file.location})
        case FileFault.SLOW | FileFault.TRUNCATED | FileFault.ENDLESS:
            return await _stream(request, file)
        case _:
            return web.Response(body=file.content, content_type="application/octet-stream")


async def _stream(request: web.Request, file: ServedFile) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
    if file.fault is not FileFault.ENDLESS:
        response.content_length = len(file.content)
    await response.prepare(request)
    if file.fault is FileFault.TRUNCATED:
        await response.write(file.content[: len(file.content) // 2])
        if request.transport is not None:
            request.transport.close()
        return response
    pieces = [file.content[start : start + _PIECE] for start in range(0, len(file.content), _PIECE)]
    with suppress(ConnectionError):  # The client has gone.
        while file.fault is FileFault.ENDLESS:
            await response.write(_ENDLESS_PIECE)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(_SLOW_SECONDS)
    return response
