"""Reads QR codes and other codes in pictures."""

import zxingcpp
from PIL import Image

_LONGEST = 2000
_MOST_CODES = 20


def read_codes(picture: Image.Image) -> list[str]:
    """Return the texts of the codes in a picture, each once, at most 20; codes of bytes without text are left out."""
    grey = picture.convert("L")
    grey.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    texts = [code.text for code in zxingcpp.read_barcodes(grey) if code.text]
    return list(dict.fromkeys(texts))[:_MOST_CODES]
