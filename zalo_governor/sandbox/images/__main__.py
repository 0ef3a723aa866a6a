"""The other process: a picture comes in, its perceptual hash and a thumbnail in base64 go out."""

import base64
import io
import resource
import sys
from itertools import pairwise

from PIL import Image

_MEMORY = 1 << 30
_SECONDS = 15
_MOST_PIXELS = 50_000_000
_SIDE = 96
_QUALITY = 70
_COLUMNS, _ROWS = 9, 8


def main() -> None:
    """Raises where the bytes are no picture; whoever asked sees that the process failed."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    with Image.open(io.BytesIO(sys.stdin.buffer.read())) as opened:
        picture = opened.convert("RGB")
    print(likeness(picture), base64.b64encode(thumbnail(picture)).decode("ascii"))  # noqa: T201


def likeness(picture: Image.Image) -> str:
    """Difference hash: whether each of 8 x 8 fields is brighter than the one to its right; 16 hexadecimal digits."""
    small = picture.convert("L").resize((_COLUMNS, _ROWS), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(_ROWS):
        line = small[row * _COLUMNS : (row + 1) * _COLUMNS]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return f"{bits:016x}"


def thumbnail(picture: Image.Image) -> bytes:
    """A JPEG of at most 96 x 96 points, without anything that rode along with the picture."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


if __name__ == "__main__":
    main()
