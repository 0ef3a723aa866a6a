"""Generator of the group pictures that the simulated image host serves; each file name gives another picture."""

import hashlib
import io

from PIL import Image

FOLDER = "/avatars/"
"""Start of the URL path of every generated picture; the picture's file name follows."""
HOST = "https://s75-ava-grp-talk.zadn.vn"

_SIDE = 8


def png(name: str) -> bytes:
    """Return a PNG picture of 8 x 8 grey squares (128 x 128 pixels) whose shades depend only on `name`."""
    shades = hashlib.blake2b(name.encode(), digest_size=_SIDE * _SIDE).digest()
    squares = Image.frombytes("L", (_SIDE, _SIDE), shades)
    out = io.BytesIO()
    squares.resize((16 * _SIDE, 16 * _SIDE), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def address(name: str) -> str:
    """Return the URL of the group picture with this file name, or "" if the name is empty."""
    return f"{HOST}{FOLDER}{name}" if name else ""
