"""Finds tesseract's Vietnamese data (tesseract-ocr-vie) on this machine, without loading a library."""

import os
from pathlib import Path

LANGUAGE = "vie"
"""Tesseract's code of the language."""
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
"""Where Debian, Fedora, Arch, SUSE and builds from source put the data."""


def find_data() -> Path | None:
    """Return the folder with tesseract's Vietnamese data, TESSDATA_PREFIX first; None if it is not installed."""
    named = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(named), Path(named) / "tessdata"] if named else []
    return next((f for f in [*folders, *map(Path, _FOLDERS)] if (f / f"{LANGUAGE}.traineddata").is_file()), None)
