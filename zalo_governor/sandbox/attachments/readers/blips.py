"""Finds the pictures of old Office documents: OfficeArt records of the kind "blip" ([MS-ODRAW] 2.2.23)."""

import re
import zlib

from zalo_governor.sandbox.attachments.readers import metafile
from zalo_governor.sandbox.attachments.readers.collector import Collector, is_picture

_BLIP = re.compile(rb"[\x1a-\x1f\x29\x2a]\xf0", re.DOTALL)
"""Types 0xF01A to 0xF02A as they stand in the file, at the third byte of a record's header."""
_METAFILE_HEADER = 34
_LARGEST_METAFILE = 16 << 20


def read_blips(stream: bytes, collector: Collector) -> None:
    """Add to `collector` the pictures that stand anywhere in a stream (inner file) of an old Office document."""
    position = 0
    while match := _BLIP.search(stream, position):
        collector.budget.check_time()
        position = match.end()
        size = int.from_bytes(stream[position : position + 4], "little")
        begin = position + 4
        if not 17 < size <= len(stream) - begin:
            continue
        body = stream[begin : begin + size]
        # One or two identifiers of 16 bytes, then a tag of one byte, or the header of a metafile.
        pictures = (body[start:] for start in (17, 33))
        metafiles = (body[start + _METAFILE_HEADER :] for start in (16, 32))
        if any(_add(picture, collector) for picture in pictures) or any(
            _add_metafile(packed, collector) for packed in metafiles
        ):
            position = begin + size


def _add(content: bytes, collector: Collector) -> bool:
    if not is_picture(content):
        return False
    collector.add_picture(content)
    return True


def _add_metafile(packed: bytes, collector: Collector) -> bool:
    if packed[:1] != b"\x78":
        return False
    limit = min(_LARGEST_METAFILE, collector.budget.left("unpacked"))
    if limit <= 0:
        return False
    try:
        content = zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return False
    collector.budget.spend("unpacked", len(content))
    if not metafile.is_metafile(content):
        return False
    with collector.noting_damage():
        metafile.read_into(content, collector)
    return True
