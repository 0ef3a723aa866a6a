"""Reads the modules (black and white cells) of a QR code from a picture, so that a terminal can show the code.

Zalo sends the QR code for logging in only as a picture. The picture is straight and clean, so each possible code size
is simply tried: the one at which the fixed patterns match is right. A logo in the middle does no harm, since the error
correction of the code makes up for the cells that it covers.
"""

import io

from PIL import Image, UnidentifiedImageError

Modules = tuple[tuple[bool, ...], ...]
"""Rows of a QR code from the top, without the white border; True is a dark module (cell)."""

_SIZES = range(21, 178, 4)
_FINDER = 7
_LARGEST_SIDE = 4096
_MIN_MATCH = 0.95
"""Share (0 to 1) of the fixed patterns' modules that must match; below 1, as a shrunk picture may blur some of them."""


def modules_of(png: bytes) -> Modules | None:
    """Return the modules (cells) of the QR code in a PNG; None if no code is recognised."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if max(picture.size) > _LARGEST_SIDE:
                return None
            grey = _flatten_to_grey(picture)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    box = grey.point(lambda value: 255 if value < 128 else 0).getbbox()
    if box is None:
        return None
    sampled = (_sample(grey.crop(box), size) for size in _SIZES if size <= min(box[2] - box[0], box[3] - box[1]))
    best = max(sampled, key=_pattern_match, default=None)
    return best if best is not None and _pattern_match(best) >= _MIN_MATCH else None


def _flatten_to_grey(picture: Image.Image) -> Image.Image:
    if "A" in picture.getbands() or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    return picture.convert("L")


def _sample(grey: Image.Image, size: int) -> Modules:
    width, height = grey.size
    middles = [(number + 0.5) / size for number in range(size)]
    content = grey.tobytes()
    rows = [int(middle * height) * width for middle in middles]
    columns = [int(middle * width) for middle in middles]
    return tuple(tuple(content[row + column] < 128 for column in columns) for row in rows)


def _pattern_match(modules: Modules) -> float:
    """Return the share (0 to 1) of correct cells in the fixed patterns that every QR code has.

    The patterns are the finder patterns in three corners and the timing patterns (ISO/IEC 18004, 6.3.3 and 6.3.5).
    """
    size = len(modules)
    right = total = 0
    for top, left in ((0, 0), (0, size - _FINDER), (size - _FINDER, 0)):
        for row in range(_FINDER):
            for column in range(_FINDER):
                ring = max(abs(row - 3), abs(column - 3))
                right += modules[top + row][left + column] == (ring != 2)
                total += 1
    for number in range(_FINDER + 1, size - _FINDER - 1):
        right += modules[6][number] == (number % 2 == 0)
        right += modules[number][6] == (number % 2 == 0)
        total += 2
    return right / total
