"""Separates the red ink of a page from black text, pen strokes and background, and cuts out groups of red strokes."""

from typing import NamedTuple

import cv2
import cv2.typing
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LEAST_RED = 26
"""Least difference of red and green, of 255, that counts as red ink; a stamp faded to a third still has 40."""
_MOST_GROUPS = 12
_LEAST_POINTS = 40
_AROUND = 2.5
"""Width of what is shown to the left and right of a group, in heights of the group."""
_MOST_COLOUR = 0.5
"""Most saturation of a stamp's background; paper in warm light has .3, a red poster .8."""


class RedGroup(NamedTuple):
    """Red strokes that stand together: a stamp, a seal, a word; in pictures turned so that the long side is level."""

    ink: Pixels
    """Grey picture of the red ink alone, dark on white."""
    plain: Pixels
    """Grey picture of the same place with all inks; sharper, but with pen strokes and black letters."""
    around: Pixels
    """Like `plain`, with what stands to the left and right of the group."""


def flatten_light(picture: Pixels) -> Pixels:
    """Return an RGB picture as if evenly lit on white paper: shadow and tint of the light are divided out."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    side = max(small.shape[:2]) // 16 | 1
    paper = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    paper = cv2.erode(paper, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    paper = cv2.blur(paper, (side, side))
    paper = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), 24)
    return np.asarray(cv2.divide(picture, paper, scale=250), np.uint8)


def find_red_groups(picture: Pixels, page: Pixels) -> list[RedGroup]:
    """Return the groups of red strokes on a light ground, the largest first.

    Large solid areas (posters, flowers, roofs) are left out, as a stamp consists of thin strokes. `picture` is RGB,
    `page` the same picture evenly lit (`flatten_light`).
    """
    longest = max(page.shape[:2])
    strokes = _without_solid(_red_areas(page), longest)
    near = max(3, longest // 140) | 1
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(strokes, np.ones((near, near), np.uint8)))
    long, short = stats[1:, 2:4].max(axis=1), stats[1:, 2:4].min(axis=1)
    least = max(18, longest // 50)
    large = [int(number) for number in 1 + np.flatnonzero((long >= least) & (short >= least // 3))]
    large = sorted(large, key=lambda number: -int(stats[number, cv2.CC_STAT_AREA]))[:_MOST_GROUPS]
    boxes = [_Box(*(int(value) for value in stats[number, :4])) for number in large]
    ink, plain = _ink_alone(page), np.ascontiguousarray(page[..., 1])
    groups = []
    rows_of_boxes = _join_rows(boxes)
    # Two whole stamps may stand in a row, too: what was joined is also shown one by one.
    alone = [[index] for row in rows_of_boxes if len(row) > 1 for index in row]
    for together in [*rows_of_boxes, *alone]:
        box = _surround([boxes[index] for index in together])
        if has_coloured_ground(picture[_widen(box)]):
            continue
        mine = np.isin(labels[box.slices], [large[index] for index in together])
        rows, columns = np.nonzero(strokes[box.slices] * mine)
        if len(rows) >= _LEAST_POINTS:
            points = np.stack((columns + box.left, rows + box.top), axis=1).astype(np.float32)
            groups.append(_cut_group(ink, plain, points))
    return groups


class _Box(NamedTuple):
    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def _join_rows(boxes: list[_Box]) -> list[list[int]]:
    """Return lists of indices of boxes that belong together: about equally high in a row, or wide in a column.

    Otherwise, the words of a stamp with a broken frame would be read one by one.
    """
    rows: list[list[int]] = []
    for index, box in enumerate(boxes):
        touching = [row for row in rows if any(_in_a_row(box, boxes[other]) for other in row)]
        rows = [row for row in rows if row not in touching]
        rows.append([index, *(other for row in touching for other in row)])
    return rows


def _in_a_row(one: _Box, other: _Box) -> bool:
    turned, turned_other = (
        _Box(one.top, one.left, one.height, one.width),
        _Box(other.top, other.left, other.height, other.width),
    )
    return any(
        0.7 < a.height / b.height < 1.43
        and abs(2 * (a.top - b.top) + a.height - b.height) < 0.6 * a.height
        and max(b.left - a.left - a.width, a.left - b.left - b.width) < 0.35 * a.height
        for a, b in ((one, other), (turned, turned_other))
    )


def _surround(boxes: list[_Box]) -> _Box:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return _Box(left, top, right - left, bottom - top)


def has_coloured_ground(picture: Pixels) -> bool:
    """Return whether most of a picture (RGB) is strongly coloured, as posters are; paper is not."""
    part = picture[:: max(1, picture.shape[0] // 500), :: max(1, picture.shape[1] // 500)].astype(np.int16)
    most, least = part.max(axis=2), part.min(axis=2)
    return float(np.median((most - least) / np.maximum(most, 1))) > _MOST_COLOUR


def _widen(box: _Box) -> tuple[slice, slice]:
    margin = min(box.width, box.height) // 3
    rows = slice(max(0, box.top - margin), box.top + box.height + margin)
    return rows, slice(max(0, box.left - margin), box.left + box.width + margin)


def _red_areas(page: Pixels) -> Pixels:
    calm = cv2.GaussianBlur(page, (0, 0), 1.2).astype(np.int16)
    red, green, blue = calm[..., 0], calm[..., 1], calm[..., 2]
    return ((red - green > _LEAST_RED) & ((red - blue) * 5 > red - green)).astype(np.uint8)


def _without_solid(areas: Pixels, longest: int) -> Pixels:
    thick = longest // 45 | 1
    solid = cv2.erode(areas, np.ones((thick, thick), np.uint8))
    if not solid.any():
        return areas
    strokes = areas.copy()
    strokes[cv2.dilate(solid, np.ones((thick + 6, thick + 6), np.uint8)) > 0] = 0
    return strokes


def _ink_alone(page: Pixels) -> Pixels:
    """Return the green channel where the page is red and white elsewhere.

    Red ink on white lets red light through, so red minus green is nearly all of what green lacks; black lacks both.
    """
    calm = cv2.GaussianBlur(page, (0, 0), 1.0).astype(np.float32)
    missing = 255 - page[..., 1].astype(np.float32)
    redness = (calm[..., 0] - calm[..., 1]) / np.maximum(255 - calm[..., 1], 12)
    return (255 - missing * np.clip(redness * 2.2 - 0.15, 0, 1)).astype(np.uint8)


def _cut_group(ink: Pixels, plain: Pixels, points: NDArray[np.float32]) -> RedGroup:
    (x, y), (width, height), angle = cv2.minAreaRect(points)
    if width < height:
        width, height, angle = height, width, angle - 90
    margin = 0.06 * height + 6
    scale = float(np.clip(72 / (height + 1), 0.4, 2.5)) if height < 72 else float(np.clip(200 / height, 0.3, 1))

    def cut(page: Pixels, more: float) -> Pixels:
        size = int((width + 2 * margin + 2 * more) * scale), int((height + 2 * margin) * scale)
        turn = cv2.getRotationMatrix2D((x, y), angle, scale)
        turn[0, 2] += size[0] / 2 - x
        turn[1, 2] += size[1] / 2 - y
        return _stretch(cv2.warpAffine(page, turn, size, flags=cv2.INTER_CUBIC, borderValue=(255,)))

    return RedGroup(cut(ink, 0), cut(plain, 0), cut(plain, _AROUND * height if width < 8 * height else 0))


def _stretch(cut: cv2.typing.MatLike) -> Pixels:
    """Return the picture with its darkest tones black: faded ink becomes readable."""
    darkest = float(np.percentile(cut, 6))
    return np.asarray(np.clip((cut.astype(np.float32) - darkest) * (255 / max(255 - darkest, 20)), 0, 255), np.uint8)
