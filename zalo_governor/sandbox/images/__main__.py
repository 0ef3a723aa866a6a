"""The child process that reads a picture from stdin and prints its perceptual hash and a thumbnail in base64."""

import base64
import io
import resource
import sys
from itertools import pairwise

from PIL import Image

_MEMORY = 1 << 30
_SECONDS = 15
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""Formats that Zalo sends; Pillow's decoders of other formats start programs or are little tested."""
_MOST_PIXELS = 50_000_000
_SIDE = 96
_QUALITY = 70
_COLUMNS, _ROWS = 9, 8


def main() -> None:
    """Read a picture from stdin and print its hash and thumbnail; exit with an error if it is no picture."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_FORMATS) as opened:
        picture = opened.convert("RGB")
    print(likeness(picture), base64.b64encode(thumbnail(picture)).decode("ascii"))  # noqa: T201


def likeness(picture: Image.Image) -> str:
    """Return the picture's difference hash (16 hex digits), which differs in few bits between pictures that look alike.

    Each bit is a cell of an 8 x 8 grid: 1 if it is brighter than the cell to its right.
    """
    small = picture.convert("L").resize((_COLUMNS, _ROWS), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(_ROWS):
        line = small[row * _COLUMNS : (row + 1) * _COLUMNS]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return f"{bits:016x}"


def thumbnail(picture: Image.Image) -> bytes:
    """Return the picture shrunk to a JPEG of at most 96 x 96 pixels, without its metadata (camera, place …)."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    main()
