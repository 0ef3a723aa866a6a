"""Separates the red ink of a page from its black text, pen strokes and background, and cuts out its groups."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LEAST_RED = 26
"""Least difference of red and green, of 255, that counts as red ink; a stamp faded to a third still has 40."""
_MOST_GROUPS = 12


class RedGroup(NamedTuple):
    """Red strokes that stand together: a stamp, a seal, a word."""

    picture: Pixels
    """Grey picture of the ink alone, dark on white, the long side level."""
    share: float
    """Length of the long side as a share of the page's long side."""


def flatten_light(picture: Pixels) -> Pixels:
    """Return the picture as if evenly lit on white paper: shadow and tint of the light are divided out.

    Args:
        picture: RGB pixels.
    """
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    side = max(small.shape[:2]) // 16 | 1
    paper = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    paper = cv2.erode(paper, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    paper = cv2.blur(paper, (side, side))
    paper = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), 24)
    return np.asarray(cv2.divide(picture, paper, scale=250), np.uint8)


def find_red_groups(page: Pixels) -> list[RedGroup]:
    """Return the groups of red strokes of an evenly lit page, the largest first.

    Large solid areas (posters, flowers, roofs) are left out, as a stamp consists of thin strokes.
    """
    strokes = _red_strokes(page)
    longest = max(page.shape[:2])
    ink = _ink_alone(page)
    near = max(3, longest // 140) | 1
    grown = cv2.dilate(strokes, cv2.getStructuringElement(cv2.MORPH_RECT, (near, near)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grown)
    least = max(18, longest // 50)
    order = [n for n in range(1, count) if max(stats[n, cv2.CC_STAT_WIDTH], stats[n, cv2.CC_STAT_HEIGHT]) >= least]
    order = [n for n in order if min(stats[n, cv2.CC_STAT_WIDTH], stats[n, cv2.CC_STAT_HEIGHT]) >= least // 3]
    order.sort(key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    groups = []
    for number in order[:_MOST_GROUPS]:
        left, top, width, height = (int(v) for v in stats[number, :4])
        mine = labels[top : top + height, left : left + width] == number
        points = cv2.findNonZero((strokes[top : top + height, left : left + width] * mine).astype(np.uint8))
        if points is None or len(points) < 40:
            continue
        groups.append(_cut_group(ink, points.astype(np.float32) + np.array((left, top), np.float32), longest))
    return groups


def _red_strokes(page: Pixels) -> Pixels:
    calm = cv2.GaussianBlur(page, (0, 0), 1.2).astype(np.int16)
    red, green, blue = calm[..., 0], calm[..., 1], calm[..., 2]
    mask = ((red - green > _LEAST_RED) & ((red - blue) * 5 > red - green)).astype(np.uint8)
    thick = max(page.shape[:2]) // 45 | 1
    solid = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_RECT, (thick, thick)))
    if solid.any():
        wider = thick + 6
        mask[cv2.dilate(solid, cv2.getStructuringElement(cv2.MORPH_RECT, (wider, wider))) > 0] = 0
    return np.asarray(mask, np.uint8)


def _ink_alone(page: Pixels) -> Pixels:
    """Return the green channel where the page is red and white elsewhere.

    Red ink on white lets red light through, so red minus green is nearly all of what green lacks; black lacks both.
    """
    calm = cv2.GaussianBlur(page, (0, 0), 1.0).astype(np.float32)
    missing = 255 - page[..., 1].astype(np.float32)
    redness = (calm[..., 0] - calm[..., 1]) / np.maximum(255 - calm[..., 1], 12)
    return (255 - missing * np.clip(redness * 2.2 - 0.15, 0, 1)).astype(np.uint8)


def _cut_group(ink: Pixels, points: NDArray[np.float32], longest: int) -> RedGroup:
    (x, y), (width, height), angle = cv2.minAreaRect(points)
    if width < height:
        width, height, angle = height, width, angle - 90
    margin = 0.06 * height + 6
    scale = float(np.clip(72 / (height + 1), 0.4, 2.5)) if height < 72 else float(np.clip(200 / height, 0.3, 1))
    out_w, out_h = int((width + 2 * margin) * scale), int((height + 2 * margin) * scale)
    turn = cv2.getRotationMatrix2D((x, y), angle, scale)
    turn[0, 2] += out_w / 2 - x
    turn[1, 2] += out_h / 2 - y
    cut = cv2.warpAffine(ink, turn, (out_w, out_h), flags=cv2.INTER_CUBIC, borderValue=(255,))
    darkest = float(np.percentile(cut, 6))
    stretched = np.clip((cut.astype(np.float32) - darkest) * (255 / max(255 - darkest, 20)), 0, 255)
    return RedGroup(stretched.astype(np.uint8), width / longest)
