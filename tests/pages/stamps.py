"""Rubber stamps as ink on paper: framed words, the incoming stamp with number and date, round seals."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.pages.fonts import load_font

Ink = NDArray[np.float32]
"""Share of ink (0 to 1) at each pixel."""

MM = 1240 / 210
"""Pixels of a millimetre on an A4 page at 150 dots an inch."""

WIDTHS = {"MẬT": 20, "TỐI MẬT": 30, "TUYỆT MẬT": 40}
"""Width in millimetres of the stamps by Thông tư 24/2020/TT-BCA; each is 8 mm high."""


def draw_framed_words(lines: list[str], width: float, height: float, family: str, frame: str = "double") -> Ink:
    """Return a stamp of words in a frame; the measures are in millimetres.

    Args:
        lines: words, one line under the other.
        width: outer width.
        height: outer height.
        family: family of the font.
        frame: `double`, `single`, `thick` or `none`.
    """
    w, h = round(width * MM), round(height * MM)
    sheet = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(sheet)
    if frame == "double":
        draw.rectangle((0, 0, w - 1, h - 1), outline=255, width=2)
        draw.rectangle((4, 4, w - 5, h - 5), outline=255, width=1)
    elif frame != "none":
        draw.rectangle((0, 0, w - 1, h - 1), outline=255, width=4 if frame == "thick" else 2)
    room_w, room_h = w - 20, (h - 14) / len(lines)
    size = int(room_h)
    while size > 6 and max(draw.textlength(line, load_font(family, size, 1)) for line in lines) > room_w:
        size -= 1
    font = load_font(family, size, 1)
    for number, line in enumerate(lines):
        draw.text((w / 2, 7 + room_h * (number + 0.5)), line, 255, font, anchor="mm")
    return np.asarray(sheet, np.float32) / np.float32(255)


def draw_incoming(family: str, number: int) -> Ink:
    """Return the stamp for incoming papers: agency, ĐẾN, number and date."""
    w, h = round(50 * MM), round(28 * MM)
    sheet = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, w - 1, h - 1), outline=255, width=3)
    small, large = load_font(family, 20), load_font(family, 34, 1)
    draw.text((w / 2, 22), "VĂN PHÒNG TỈNH MẪU", 255, small, anchor="mm")
    draw.line((0, 40, w, 40), fill=255, width=2)
    draw.text((52, 88), "ĐẾN", 255, large, anchor="mm")
    draw.line((104, 40, 104, 132), fill=255, width=2)
    draw.text((112, 66), f"Số: {number}", 255, small, anchor="lm")
    draw.text((112, 108), "Ngày: 12/11/2026", 255, small, anchor="lm")
    draw.line((0, 132, w, 132), fill=255, width=2)
    draw.text((12, 148), "Chuyển: ........", 255, small, anchor="lm")
    return np.asarray(sheet, np.float32) / np.float32(255)


def draw_seal(family: str, words: str = "ỦY BAN NHÂN DÂN TỈNH MẪU") -> Ink:
    """Return a round seal of 36 mm with words along the rim and a star in the middle."""
    side = round(36 * MM)
    sheet = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(sheet)
    middle = side / 2
    for radius, width in ((middle - 1, 4), (middle - 8, 1), (middle * 0.56, 1)):
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), outline=255, width=width)
    font = load_font(family, 19, 1)
    for number, letter in enumerate(words):
        angle = -220 + 260 * number / max(1, len(words) - 1)
        letter_sheet = Image.new("L", (30, 30), 0)
        ImageDraw.Draw(letter_sheet).text((15, 15), letter, 255, font, anchor="mm")
        turned = letter_sheet.rotate(-angle - 90)
        radians = np.deg2rad(angle)
        place = (int(middle + np.cos(radians) * middle * 0.76) - 15, int(middle + np.sin(radians) * middle * 0.76) - 15)
        sheet.paste(255, place, turned)
    points = []
    for number in range(10):
        radius = middle * (0.42 if number % 2 == 0 else 0.17)
        radians = np.deg2rad(-90 + 36 * number)
        points.append((middle + radius * np.cos(radians), middle + radius * np.sin(radians)))
    draw.polygon(points, fill=255)
    return np.asarray(sheet, np.float32) / np.float32(255)


def wear(ink: Ink, rng: np.random.Generator, *, blotch: float = 0.3, fade: float = 1.0, cut: float = 0.0) -> Ink:
    """Return the stamp as a hand prints it.

    Args:
        ink: the clean stamp.
        rng: source of chance.
        blotch: how uneven the ink is, 0 to 1.
        fade: share of the ink that is left, 0 to 1.
        cut: share of the width that did not print, at the left or right edge.
    """
    h, w = ink.shape
    coarse = cv2.resize(
        rng.random((max(2, h // 14), max(2, w // 14)), np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    fine = rng.random((h, w), np.float32)
    worn = ink * np.clip(1 - blotch * (0.9 * coarse + 0.5 * fine), 0, 1) * fade
    if cut:
        edge = int(w * cut)
        if rng.random() < 0.5:
            worn[:, :edge] = 0
        else:
            worn[:, w - edge :] = 0
    return np.asarray(cv2.GaussianBlur(worn, (0, 0), 0.6), np.float32)


def press(page: Image.Image, ink: Ink, centre: tuple[float, float], angle: float, colour: tuple[int, int, int]) -> None:
    """Print a stamp on a page: centre in millimetres from the top left, angle in degrees, colour of the full ink."""
    h, w = ink.shape
    side = int(np.hypot(w, h)) + 4
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
    turn[0, 2] += side / 2 - w / 2
    turn[1, 2] += side / 2 - h / 2
    turned = cv2.warpAffine(ink, turn, (side, side))
    left, top = round(centre[0] * MM - side / 2), round(centre[1] * MM - side / 2)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, page.width), min(top + side, page.height)
    if x0 >= x1 or y0 >= y1:
        return
    share = turned[y0 - top : y1 - top, x0 - left : x1 - left, None]
    under = np.asarray(page.crop((x0, y0, x1, y1)), np.float32)
    # Ink lets through what lies under it: black stays black.
    inked = under * (1 - share + share * np.asarray(colour, np.float32) / 255)
    page.paste(Image.fromarray(inked.astype(np.uint8)), (x0, y0))
