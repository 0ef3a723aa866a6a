"""The modules of a QR code, read from its picture, so that a terminal can show it.

Zalo gives the code as a picture alone. The picture is straight and clean, so that no search is needed: for each size
that a code can have, its fixed patterns are looked for, and the size where they stand is the right one. A logo in the
middle does no harm, what is under it is made up for by the code's own error correction.
"""

import io

from PIL import Image, UnidentifiedImageError

Modules = tuple[tuple[bool, ...], ...]
"""Rows from the top; True is dark. Without the quiet zone."""

_SIZES = range(21, 178, 4)
_FINDER = 7
_LARGEST_SIDE = 4096
_ENOUGH = 0.95
"""Of the fixed patterns; a picture that was shrunk may blur a point of them."""


def modules_of(png: bytes) -> Modules | None:
    """The modules of the code in a picture; None where no code is recognised."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if max(picture.size) > _LARGEST_SIDE:
                return None
            grey = _on_white(picture)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    box = grey.point(lambda value: 255 if value < 128 else 0).getbbox()
    if box is None:
        return None
    sampled = (_sampled(grey.crop(box), size) for size in _SIZES if size <= min(box[2] - box[0], box[3] - box[1]))
    best = max(sampled, key=_likeness, default=None)
    return best if best is not None and _likeness(best) >= _ENOUGH else None


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" in picture.getbands() or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    return picture.convert("L")


def _sampled(grey: Image.Image, size: int) -> Modules:
    width, height = grey.size
    middles = [(number + 0.5) / size for number in range(size)]
    content = grey.tobytes()
    rows = [int(middle * height) * width for middle in middles]
    columns = [int(middle * width) for middle in middles]
    return tuple(tuple(content[row + column] < 128 for column in columns) for row in rows)


def _likeness(modules: Modules) -> float:
    """Share of the fixed patterns that stand where they must (ISO/IEC 18004, 6.3.3 and 6.3.5)."""
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
