"""Finds secrecy stamps in pictures of papers: red ones in any place, grey ones and typed marks near the top.

The stamps are MẬT (20 mm wide), TỐI MẬT (30 mm) and TUYỆT MẬT (40 mm), 8 mm high, capitals in a double red frame
(Thông tư 24/2020/TT-BCA; Nghị định 63/2026). The red ink is separated from all else and each group of strokes that has
a frame is read; on scans without colour, and where red ink could not be read, the lines at the top of the page are.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from zalo_governor.sandbox.attachments.page_look import look_for_frame, looks_like_page, stands_on_its_side, tighten
from zalo_governor.sandbox.attachments.red_ink import RedGroup, find_red_groups, flatten_light, has_coloured_ground
from zalo_governor.sandbox.attachments.stamp_words import (
    LEVELS,
    RECALL,
    RELEASED,
    fold_letters,
    is_official,
    name_stamp,
)
from zalo_governor.sandbox.attachments.text_lines import Corners, Pixels, cut_line, find_lines, load_models, read_line

_LONGEST = 1800
"""Longest side in pixels to which a page is reduced; A4 then has 154 dots an inch."""
_SHORTEST = 48
"""Shortest side in pixels of a picture that can hold a page; icons are smaller."""
_TOP = 0.36
"""Share of a page's height in which stamps and marks stand."""
_LEAST_SCORE = 0.55
_INSETS = (0.17, 0.24)
"""Shares of a stamp's height that are cut off at each side to leave the frame out, one after the other."""
_MOST_CROWDED = 4
_SAMPLE = 7
"""Line heights of a long line that are read to tell which way is up."""
_MOST_LINES = 40
"""Most lines at the top of a paper; a picture with more is a table or a screen."""


@dataclass(frozen=True)
class Stamp:
    """A secrecy stamp or mark that was seen."""

    level: str
    """`mat`, `toi_mat` or `tuyet_mat`; the highest, if there are several."""
    reason: str
    """`red_stamp`, `grey_stamp` or `typed_mark`; `+recall_stamp` where TÀI LIỆU THU HỒI stands on the page, too."""


def preload() -> None:
    """Load the models that find and read text, so that the children forked afterwards have them."""
    load_models()


def find_stamp(picture: Image.Image) -> Stamp | None:
    """Return the secrecy stamp of a page, whichever of its sides is up; None if there is none.

    A page with the stamp GIẢI MẬT is released: its old secrecy stamp no longer counts.
    """
    if min(picture.size) < _SHORTEST:
        return None
    pixels = _as_pixels(picture)
    page = flatten_light(pixels)
    groups = find_red_groups(pixels, page)
    names = _read_groups(groups)
    is_page = looks_like_page(page) and not has_coloured_ground(pixels)
    if is_page and not _decides(names):
        names |= _read_crowded(groups)
    if _decides(names):
        return _conclude(names, "red_stamp")
    return _find_at_top(page, names) if is_page else None


def _find_at_top(page: Pixels, seen: set[str]) -> Stamp | None:
    dark = np.ascontiguousarray(page[..., 1])
    if stands_on_its_side(dark):
        dark = np.ascontiguousarray(np.rot90(dark))
    framed, typed, upside_down = _read_top(dark)
    if upside_down and not framed | typed:
        framed, typed, _ = _read_top(np.ascontiguousarray(dark[::-1, ::-1]))
    return _conclude(framed | seen, "grey_stamp") if _decides(framed) else _conclude(typed | seen, "typed_mark")


def _as_pixels(picture: Image.Image) -> Pixels:
    if max(picture.size) > _LONGEST:
        picture = picture.copy()
        picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture.convert("RGB"), np.uint8)


def _decides(names: set[str]) -> bool:
    return RELEASED in names or any(level in names for level in LEVELS)


def _conclude(names: set[str], reason: str) -> Stamp | None:
    levels = [level for level in LEVELS if level in names]
    if RELEASED in names or not levels:
        return None
    return Stamp(levels[-1], f"{reason}+recall_stamp" if RECALL in names else reason)


def _read_groups(groups: list[RedGroup]) -> set[str]:
    """Return the names of the stamps (`name_stamp`) among those red groups that are one framed line."""
    names: set[str] = set()
    for group in groups:
        height, width = group.ink.shape
        if not 1.5 <= width / height <= 8 or not look_for_frame(group.ink).is_there:
            continue
        said = _read_inside(group.ink) or _read_inside(group.plain)
        if said == {"mat"}:
            # Where the ink is broken, this may be the end of a longer stamp.
            said = _read_beside(group.around, said)
        names |= said
    return names


def _read_inside(picture: Pixels) -> set[str]:
    height, width = picture.shape
    for share in _INSETS:
        inset = round(height * share)
        inner = np.ascontiguousarray(picture[inset : height - inset, inset : width - inset])
        if said := _read_both_ways(tighten(inner)):
            return said
    return set()


def _read_beside(around: Pixels, said: set[str]) -> set[str]:
    """Return `said` and the levels read in the wider picture `around`; nothing if MẬT there ends another word."""
    lines = [cut_line(around, line) for line in find_lines(around)[:6]]
    levels = {name for line in lines for name in _read_both_ways(line) & {*LEVELS}}
    if not levels and any(fold_letters(read_line(line).text).endswith("MAT") for line in lines):
        return set()
    return said | levels


def _read_both_ways(line: Pixels) -> set[str]:
    """Return the stamp's name in a line, read as it is or upside down, whichever is surer; empty for no stamp."""
    reads = [read_line(line), read_line(np.ascontiguousarray(line[::-1, ::-1]))]
    named = [(read.score, name) for read in reads if read.score >= _LEAST_SCORE and (name := name_stamp(read.text))]
    return {max(named)[1]} if named else set()


def _read_crowded(groups: list[RedGroup]) -> set[str]:
    """Return the names of stamps in groups of several lines: stamps of two lines, stamps that touch other red ink."""
    names: set[str] = set()
    for group in groups[:_MOST_CROWDED]:
        picture = group.ink
        lines = find_lines(picture)
        if not 0 < len(lines) <= _MOST_LINES:
            continue
        if _is_upside_down(picture, lines):
            picture = np.ascontiguousarray(picture[::-1, ::-1])
            lines = (np.array(picture.shape[::-1]) - lines[:, [2, 3, 0, 1]]).astype(np.float32)
        framed, _ = _name_lines(picture, lines)
        names |= framed
    return names


def _read_top(dark: Pixels) -> tuple[set[str], set[str], bool]:
    """Return the stamps' names in (framed, other) lines at the top, and whether the page seems to be upside down."""
    height, width = dark.shape
    top = np.ascontiguousarray(dark[: max(int(height * _TOP), min(height, width // 2))])
    lines = find_lines(top)
    if not 0 < len(lines) <= _MOST_LINES:
        return set(), set(), False
    if _is_upside_down(top, lines):
        return set(), set(), True
    framed, typed = _name_lines(top, lines)
    if typed and not framed and not _is_official(top, lines):
        typed = set()
    return framed, typed, False


def _name_lines(picture: Pixels, lines: Corners) -> tuple[set[str], set[str]]:
    """Return the stamps' names in lines that have a frame, and in lines that have none but stand alone."""
    framed: set[str] = set()
    typed: set[str] = set()
    above = ""
    for line in sorted(lines, key=lambda line: float(line[:, 1].mean())):
        length, height = _shape(line)
        if not 1.2 <= length / height <= 9:
            continue
        read = read_line(cut_line(picture, line))
        name = name_stamp(read.text) if read.score >= _LEAST_SCORE else None
        if name and name_stamp(above + read.text) == RELEASED:
            name = RELEASED
        above = read.text
        if name in (RELEASED, RECALL) or (name and _is_framed(picture, line, lines)):
            framed.add(name)
        elif name and _stands_alone(line, lines):
            typed.add(name)
    return framed, typed


def _is_upside_down(top: Pixels, lines: Corners) -> bool:
    """Return whether the longest lines read better upside down."""
    surer = 0.0
    for line in sorted(lines, key=lambda line: -_shape(line)[0])[:3]:
        cut = cut_line(top, line)
        cut = np.ascontiguousarray(cut[:, : cut.shape[0] * _SAMPLE])
        surer += read_line(cut).score - read_line(np.ascontiguousarray(cut[::-1, ::-1])).score
    return surer < 0


def _is_official(top: Pixels, lines: Corners) -> bool:
    """Return whether the heading of an administrative paper is among the lines."""
    highest = sorted(lines, key=lambda line: float(line[:, 1].mean()))[:12]
    return any(is_official(read_line(cut_line(top, line)).text) for line in highest)


def _shape(line: Corners) -> tuple[float, float]:
    """Return the length and the height of a line in pixels."""
    first, second = float(np.linalg.norm(line[0] - line[1])), float(np.linalg.norm(line[1] - line[2]))
    return max(first, second), max(1.0, min(first, second))


def _stands_alone(line: Corners, lines: Corners) -> bool:
    """Return whether no line of about the same height stands close above, below or beside it."""
    return not any(_is_near(line, other) or _is_beside(line, other) for other in lines)


def _is_near(line: Corners, other: Corners) -> bool:
    beside, apart = _gaps(line, other)
    return beside < 0 and apart < 0.1 * _shape(line)[1] and _is_alike(line, other)


def _is_beside(line: Corners, other: Corners) -> bool:
    beside, apart = _gaps(line, other)
    height = _shape(line)[1]
    return apart < -0.5 * height and beside < height and _is_alike(line, other)


def _is_alike(line: Corners, other: Corners) -> bool:
    return not np.array_equal(line, other) and 0.5 <= _shape(other)[1] / _shape(line)[1] <= 2


def _gaps(line: Corners, other: Corners) -> tuple[float, float]:
    """Return how far two lines are apart to the side and in height, in pixels; less than 0 where they overlap."""
    before = np.maximum(other.min(axis=0) - line.max(axis=0), line.min(axis=0) - other.max(axis=0))
    return float(before[0]), float(before[1])


def _is_framed(picture: Pixels, line: Corners, lines: Corners) -> bool:
    """Return whether a line alone is closely surrounded by a frame.

    If another line is close above or below, the frame must have both long sides: the words of a stamp with two lines
    are no level. If the sides continue beyond the frame, they belong to a table.
    """
    if any(_is_beside(line, other) for other in lines):
        return False
    length, height = _shape(line)
    wide, high = int(length + 1.5 * height), int(1.9 * height)
    around = _cut_level(picture, line, wide + int(4 * height), high)
    left = (around.shape[1] - wide) // 2
    frame = look_for_frame(np.ascontiguousarray(around[:, left : left + wide]))
    if not frame.is_there or (frame.long_sides < 2 and not _stands_alone(line, lines)):
        return False
    sides = [around[:, : left - 4], around[:, left + wide + 4 :]]
    return not all(look_for_frame(np.ascontiguousarray(side)).long_sides == 2 for side in sides)


def _cut_level(picture: Pixels, line: Corners, wide: int, high: int) -> Pixels:
    """Return a picture of this size in pixels around a line, turned so that the line is level."""
    first, second = line[1] - line[0], line[2] - line[1]
    along = first if np.linalg.norm(first) >= np.linalg.norm(second) else second
    x, y = (float(value) for value in line.mean(axis=0))
    turn = cv2.getRotationMatrix2D((x, y), float(np.degrees(np.arctan2(along[1], along[0]))), 1.0)
    turn[0, 2] += wide / 2 - x
    turn[1, 2] += high / 2 - y
    return np.asarray(cv2.warpAffine(picture, turn, (wide, high), borderValue=(255,)), np.uint8)
