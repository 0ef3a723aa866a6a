"""Reads the body text of pictures with tesseract, where its Vietnamese data is installed (tesseract-ocr-vie)."""

import os
from functools import cache

import tesserocr
from PIL import Image

from zalo_governor.sandbox.attachments.tessdata import LANGUAGE, find_data

_LONGEST = 2400
"""Longest side in pixels of what is read; an A4 page then has 205 dots an inch."""
_LEAST_SURE = 30
"""Least confidence, of 100, at which a text counts; photographs without text give noise below it."""
_SURE = 70
"""Confidence, of 100, from which the direction counts as right, so that no other is tried."""
_FEW = 20
"""Characters; with fewer at the first try, the picture has hardly any text, and no other direction is tried."""


def preload() -> bool:
    """Load tesseract's Vietnamese data, for the children forked afterwards; return whether it is installed."""
    return _load() is not None


def read_text(picture: Image.Image) -> str | None:
    """Return the text of a page; "" if there is none that is readable, None without tesseract's Vietnamese data.

    The picture is read as it is; if that gives no sure text, it is also read turned by 90°, 270° and 180°.
    """
    reader = _load()
    if reader is None:
        return None
    best_sure, best = 0, ""
    for degrees in (0, 90, 270, 180):
        text, sure = _read(reader, picture.rotate(degrees, expand=True) if degrees else picture)
        if text and sure > best_sure:
            best_sure, best = sure, text
        if sure >= _SURE or (degrees == 0 and len(text) < _FEW):
            break
    return best if best_sure >= _LEAST_SURE else ""


@cache
def _load() -> tesserocr.PyTessBaseAPI | None:
    folder = find_data()
    if folder is None:
        return None
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    reader = tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=LANGUAGE, psm=tesserocr.PSM.AUTO)
    # Else tesseract opens its log (/dev/null) for writing at its first remark, and crashes where that is forbidden.
    reader.SetVariable("debug_file", "")
    return reader


def _read(reader: tesserocr.PyTessBaseAPI, picture: Image.Image) -> tuple[str, int]:
    grey = picture.convert("L")
    grey.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX)
    try:
        reader.SetImage(grey)
        return reader.GetUTF8Text().strip(), int(reader.MeanTextConf())
    finally:
        reader.Clear()
