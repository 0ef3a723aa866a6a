"""Fonts with Vietnamese letters: DejaVu, which matplotlib brings along, and Liberation where the system has it."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageFont

_BUNDLED = Path(mpl.get_data_path()) / "fonts" / "ttf"
_LIBERATION = Path("/usr/share/fonts/truetype/liberation")

FAMILIES: dict[str, tuple[str, str, str]] = {
    "serif": ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf"),
    "sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf"),
    "mono": ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSansMono-Oblique.ttf"),
}
"""Regular, bold and italic face of each bundled family."""

if _LIBERATION.is_dir():
    FAMILIES["liberation"] = (
        str(_LIBERATION / "LiberationSerif-Regular.ttf"),
        str(_LIBERATION / "LiberationSerif-Bold.ttf"),
        str(_LIBERATION / "LiberationSerif-Italic.ttf"),
    )


@cache
def load_font(family: str, size: int, face: int = 0) -> ImageFont.FreeTypeFont:
    """Return the font of a family; `face` is 0 for regular, 1 for bold, 2 for italic; the size is in pixels."""
    return ImageFont.truetype(str(_BUNDLED / FAMILIES[family][face]), size)
