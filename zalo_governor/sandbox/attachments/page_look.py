"""Analyses the dark strokes of a picture: is it a page of text, which way do its lines run, has a word a frame?"""

from typing import NamedTuple

import cv2
import cv2.typing
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def looks_like_page(page: Pixels) -> bool:
    """Return whether a picture (RGB) is mostly bright with thin dark strokes: paper or a screen.

    Shadows count as dark, so `page` must be evenly lit (`red_ink.flatten_light`).
    """
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    bright = float((small > 190).mean())
    strokes = float((_strokes(small) > 0).mean())
    return bright > 0.55 and 0.004 < strokes < 0.3


def stands_on_its_side(dark: Pixels) -> bool:
    """Return whether the lines of a grey page run from top to bottom, so that it has to be turned by 90°.

    Neighbouring letters are joined to long shapes, which are measured; the page may be some degrees askew.
    """
    share = 800 / max(dark.shape)
    strokes = _strokes(cv2.resize(dark, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    long = np.maximum(widths, heights) > 2.5 * np.minimum(widths, heights)
    return int((heights - widths)[long].sum()) > 0


class Frame(NamedTuple):
    """Number of long and of short sides of a box (0 to 2 each) that have a straight line, as a stamp's frame has."""

    long_sides: int
    short_sides: int

    @property
    def is_there(self) -> bool:
        """Return whether at least two sides have a line, one of them a long side; worn stamps miss the others."""
        return self.long_sides >= 1 and self.long_sides + self.short_sides >= 2


def look_for_frame(box: Pixels) -> Frame:
    """Return how many sides of a small grey picture, longer than high, have a straight line of ink along them.

    A box with large dark areas has no frame: a stamp consists of thin strokes.
    """
    height, width = box.shape
    mask = _ink_mask(box)
    thick = max(3, int(height * 0.17))
    solid = cv2.erode(mask, np.ones((thick, thick), np.uint8))
    if not mask.any() or mask.mean() > 0.42 or solid.mean() > 0.01:
        return Frame(0, 0)
    # A line that is not quite parallel, or broken by worn ink, still counts.
    slack = max(3, height // 14) | 1
    level = cv2.dilate(mask, np.ones((slack, 5), np.uint8))
    upright = cv2.dilate(mask, np.ones((5, slack), np.uint8))
    edge_h, edge_w = max(2, int(height * 0.3)), max(2, int(height * 0.45))
    rows = level[:, int(height * 0.3) : width - int(height * 0.3)].mean(axis=1)
    columns = upright[int(height * 0.25) : int(height * 0.75)].mean(axis=0)
    return Frame(
        int(rows[:edge_h].max() > 0.8) + int(rows[-edge_h:].max() > 0.8),
        int(columns[:edge_w].max() > 0.85) + int(columns[-edge_w:].max() > 0.85),
    )


def tighten(box: Pixels) -> Pixels:
    """Return a grey picture of one line cropped to its letters with a small margin, as the reading model needs it."""
    mask = _ink_mask(box)
    height, width = mask.shape
    rows = np.flatnonzero(mask.mean(axis=1) > 0.02)
    columns = np.flatnonzero(mask.mean(axis=0) > 0.04)
    if not len(rows) or not len(columns):
        return box
    margin = max(2, int((rows[-1] - rows[0]) * 0.14))
    top, bottom = max(0, rows[0] - margin), min(height, rows[-1] + margin + 1)
    left, right = max(0, columns[0] - margin), min(width, columns[-1] + margin + 1)
    return np.ascontiguousarray(box[top:bottom, left:right])


def _ink_mask(box: Pixels) -> Pixels:
    """Return a mask: 1 where there is ink, else 0; all 0 if the picture has hardly any contrast."""
    ink = 255 - box.astype(np.float32)
    full = float(np.percentile(ink, 97))
    return np.asarray((ink > max(0.4 * full, 24)).astype(np.uint8))


def _strokes(grey: cv2.typing.MatLike) -> Pixels:
    """Return a mask: 255 where thin dark strokes are on a light background, else 0; large dark areas are left out."""
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    return np.asarray(((cv2.subtract(closed, grey) > 45) * 255).astype(np.uint8))
