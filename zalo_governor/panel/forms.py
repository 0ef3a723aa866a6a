"""Reads the forms that browsers send, all in memory: nothing that somebody uploads may reach the disk."""

from collections.abc import AsyncIterable, AsyncIterator
from urllib.parse import parse_qs

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from zalo_governor.panel.visit import Asked, Uploaded

_MOST_FIELDS = 2_000
_UNREADABLE = (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError)

Form = tuple[dict[str, list[str]], dict[str, Uploaded]]


class TooLargeError(Exception):
    """The browser sends more than the page accepts."""


async def read_form(request: web.Request, most_bytes: int) -> Form:
    """Return the fields and files of a form that the browser has sent; an unreadable form gives none.

    aiohttp's `request.post()` is not used, as it would write files to the disk.

    Raises:
        TooLargeError: the form is larger than `most_bytes`, or has more than 2,000 fields.
    """
    if (request.content_length or 0) > most_bytes:
        raise TooLargeError
    if request.content_type == "multipart/form-data":
        try:
            return await _multipart(request, most_bytes)
        except _UNREADABLE:
            return {}, {}
    body = await _all(request.content.iter_chunked(1 << 16), most_bytes)
    if body.count(b"&") >= _MOST_FIELDS:
        raise TooLargeError
    try:
        return parse_qs(body.decode(), keep_blank_values=True), {}
    except ValueError:
        return {}, {}


async def _multipart(request: web.Request, most_bytes: int) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, Uploaded] = {}
    left, count = most_bytes, 0
    async for part in await request.multipart():
        count += 1
        if count > _MOST_FIELDS:
            raise TooLargeError
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = await _all(_chunks(part), left)
        left -= len(content) + len(part.name)
        if left < 0:
            raise TooLargeError
        if part.filename is None:
            fields.setdefault(part.name, []).append(content.decode("utf-8", "replace"))
        elif part.filename or content:
            files[part.name] = Uploaded(part.filename, content)
    return fields, files


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk():
        yield chunk


async def _all(chunks: AsyncIterable[bytes], most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most_bytes:
            raise TooLargeError
    return bytes(body)


def flat(asked: Asked) -> dict[str, str]:
    """Return the texts of the form, by field, and the names of its files, to be checked for state secrets."""
    typed = {name: "\n".join(values) for name, values in asked.form.items()}
    return typed | {f"tệp {name}": file.name for name, file in asked.files.items()}
