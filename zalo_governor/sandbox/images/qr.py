"""Reads the modules (black and white cells) of a QR code from a picture, so that a terminal can show the code.

Zalo sends the QR code for logging in only as a picture. A logo in the middle of the code does no harm, since the error
correction of the code makes up for the cells that it covers.
"""

import io
from math import isqrt

import zxingcpp
from PIL import Image, UnidentifiedImageError

Modules = tuple[tuple[bool, ...], ...]
"""Rows of a QR code from the top, without the white border; True is a dark module (cell)."""

_LARGEST_SIDE = 4096


def modules_of(png: bytes) -> Modules | None:
    """Return the modules (cells) of the QR code in a PNG; None if no code is recognised."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if max(picture.size) > _LARGEST_SIDE:
                return None
            grey = _flatten_to_grey(picture)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    code = zxingcpp.read_barcode(grey, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if code is None:
        return None
    cells = bytes(code.to_image(scale=1, add_quiet_zones=False))
    side = isqrt(len(cells))
    return tuple(tuple(cell == 0 for cell in cells[row : row + side]) for row in range(0, len(cells), side))


def _flatten_to_grey(picture: Image.Image) -> Image.Image:
    if "A" in picture.getbands() or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    return picture.convert("L")
