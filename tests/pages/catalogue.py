"""The pages to measure with: each is made from a number alone, with the level that its stamp has, or none.

Two styles, so that what was tuned on one is measured on the other: `develop` and `held_out` differ in fonts, places,
frames, inks and in how strong the distortions are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.pages import camera
from tests.pages.fonts import FAMILIES
from tests.pages.others import draw_chat, draw_logo, draw_photograph, draw_poster, draw_spreadsheet
from tests.pages.papers import draw_paper
from tests.pages.stamps import MM, WIDTHS, Ink, draw_framed_words, draw_incoming, draw_seal, press, wear

LEVELS = {"MẬT": "mat", "TỐI MẬT": "toi_mat", "TUYỆT MẬT": "tuyet_mat"}
CONDITIONS = (
    "clean",
    "skewed",
    "shadow",
    "table",
    "fold",
    "blur",
    "noise",
    "jpeg",
    "upper_half",
    "corner",
    "grey",
    "turned_90",
    "turned_180",
    "turned_270",
    "pen",
    "small",
    "faded",
    "bluish",
    "cut",
    "two_stamps",
    "phone",
    "typed",
    "grey_turned",
    "recalled",
)
DISTRACTORS = (
    "incoming",
    "framed",
    "released",
    "recall",
    "seal",
    "letterhead",
    "poster",
    "chat",
    "photograph",
    "spreadsheet",
    "logo",
    "plain",
)
FRAMED = ("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "SAO Y", "SAO LỤC", "CÔNG VĂN ĐẾN", "DỰ THẢO", "BẢN SỐ: 02", "ĐÃ THU")
RED_INKS = ((200, 20, 30), (215, 35, 45), (180, 25, 35), (225, 60, 50))
BLUISH_INKS = ((190, 25, 95), (170, 30, 110), (205, 40, 100))


@dataclass(frozen=True)
class Page:
    """A picture with what is true of it."""

    picture: Image.Image
    level: str | None
    kind: str
    """Distractor or condition, for the table of what went wrong."""


def stamped_pages(count: int, style: str, first: int = 0) -> Iterator[Page]:
    """Yield `count` pages with a secrecy stamp."""
    for number in range(first, first + count):
        yield make_stamped(number, style)


def clean_pages(count: int, style: str, first: int = 0) -> Iterator[Page]:
    """Yield `count` pages and pictures without one."""
    for number in range(first, first + count):
        yield make_clean(number, style)


def make_stamped(number: int, style: str) -> Page:
    """Return the page of this number: conditions and levels take turns, all else is chance with the number as seed."""
    rng = np.random.default_rng([number, 1, len(style)])
    words = list(LEVELS)[(number + number // len(CONDITIONS)) % 3]
    condition = CONDITIONS[number % len(CONDITIONS)]
    family = choose_family(rng, style)
    page = draw_paper(rng, family, letterhead=rng.random() < 0.1, mark=words if condition == "typed" else None)
    centre = place_stamp(rng, style)
    ink = RED_INKS[rng.integers(len(RED_INKS))]
    if condition == "bluish":
        ink = BLUISH_INKS[rng.integers(len(BLUISH_INKS))]
    if condition != "typed":
        stamp = wear(
            draw_level(words, rng, style),
            rng,
            blotch=float(rng.uniform(0.1, 0.5 if style == "develop" else 0.65)),
            fade=float(rng.uniform(0.35, 0.6)) if condition == "faded" else float(rng.uniform(0.8, 1)),
            cut=float(rng.uniform(0.06, 0.12)) if condition == "cut" else 0.0,
        )
        press(page, stamp, centre, float(rng.normal(0, 3)), ink)
    if condition == "two_stamps":
        other = draw_distracting(rng, family)
        press(page, wear(other, rng), (centre[0] + rng.uniform(-10, 20), centre[1] + 24), float(rng.normal(0, 3)), ink)
    if condition == "recalled":
        place = (150 if centre[0] < 100 else 50, 50)
        press(page, wear(draw_framed_words(["TÀI LIỆU THU HỒI"], 50, 8, family), rng), place, 0.0, ink)
    if rng.random() < 0.7:
        seal = wear(draw_seal(family), rng, blotch=0.4)
        press(page, seal, (150 + rng.uniform(-8, 8), rng.uniform(205, 250)), float(rng.normal(0, 8)), ink)
    return Page(apply_condition(page, condition, rng, style, centre), LEVELS[words], condition)


def make_clean(number: int, style: str) -> Page:
    """Return the page or picture of this number without a secrecy stamp."""
    rng = np.random.default_rng([number, 2, len(style)])
    kind = DISTRACTORS[number % len(DISTRACTORS)]
    family = choose_family(rng, style)
    if kind == "poster":
        return Page(spoil(draw_poster(rng, family), rng, style), None, kind)
    if kind == "chat":
        return Page(draw_chat(rng, family), None, kind)
    if kind == "photograph":
        return Page(draw_photograph(rng), None, kind)
    if kind == "spreadsheet":
        return Page(draw_spreadsheet(rng, family), None, kind)
    if kind == "logo":
        return Page(spoil(draw_logo(rng, family), rng, style), None, kind)
    page = draw_paper(rng, family, letterhead=kind == "letterhead")
    ink = (RED_INKS + BLUISH_INKS)[rng.integers(len(RED_INKS) + len(BLUISH_INKS))]
    centre = place_stamp(rng, style)
    if kind == "incoming":
        stamp = draw_incoming(family, int(rng.integers(1, 3000)))
    elif kind == "framed":
        stamp = draw_distracting(rng, family)
    elif kind == "released":
        lines = (["GIẢI MẬT"], ["ĐÃ GIẢI MẬT"], ["ĐÃ GIẢI", "MẬT"])[rng.integers(3)]
        stamp = draw_framed_words(lines, 34, 8 * len(lines), family)
    elif kind == "recall":
        stamp = draw_framed_words(["TÀI LIỆU THU HỒI"], 50, 8, family)
    else:
        stamp = draw_seal(family)
        centre = (150, 225)
    if kind not in ("plain", "letterhead"):
        press(page, wear(stamp, rng), centre, float(rng.normal(0, 3)), ink)
    if rng.random() < 0.5:
        press(page, wear(draw_seal(family), rng), (150, float(rng.uniform(205, 250))), float(rng.normal(0, 8)), ink)
    condition = CONDITIONS[rng.integers(len(CONDITIONS))]
    return Page(apply_condition(page, condition, rng, style, centre), None, kind)


def choose_family(rng: np.random.Generator, style: str) -> str:
    """Return the family of the fonts: serif and sans to develop with, all that there are to measure with."""
    families = ["serif", "sans"] if style == "develop" else [*FAMILIES]
    return str(rng.choice(families))


def place_stamp(rng: np.random.Generator, style: str) -> tuple[float, float]:
    """Return the centre of the stamp in millimetres: under the number, or somewhere else near the top."""
    if style == "develop" or rng.random() < 0.6:
        return (float(rng.uniform(40, 70)), float(rng.uniform(42, 52)))
    return (float(rng.uniform(30, 175)), float(rng.choice([12, 46, 54]) + rng.uniform(-3, 3)))


def draw_level(words: str, rng: np.random.Generator, style: str) -> Ink:
    """Return the stamp of a level in the legal size or, as stamp makers do, a little larger."""
    frames = ["double"] if style == "develop" else ["double", "double", "thick", "single"]
    family = choose_family(rng, style)
    share = float(rng.uniform(1, 1.15 if style == "develop" else 1.4))
    return draw_framed_words([words], WIDTHS[words] * share, 8 * share, family, str(rng.choice(frames)))


def draw_distracting(rng: np.random.Generator, family: str) -> Ink:
    """Return a framed stamp that says something else."""
    words = FRAMED[rng.integers(len(FRAMED))]
    return draw_framed_words([words], 14 + 3.2 * len(words), 8.5, family)


def spoil(picture: Image.Image, rng: np.random.Generator, style: str) -> Image.Image:
    """Photograph a picture now and then, so that not all of them are clean."""
    if rng.random() < 0.5:
        picture = camera.lay_on_table(picture, rng, tilt=0.04 if style == "develop" else 0.08)
    return camera.compress(picture, int(rng.integers(40, 90)))


def apply_condition(
    page: Image.Image, condition: str, rng: np.random.Generator, style: str, centre: tuple[float, float]
) -> Image.Image:
    """Return the page as the condition shows it; `centre` is the stamp's, in millimetres."""
    hard = style != "develop"
    match condition:
        case "skewed":
            page = camera.skew(page, rng, 6 if hard else 4)
        case "shadow":
            page = camera.cast_shadow(page, rng)
        case "table":
            page = camera.lay_on_table(page, rng)
        case "fold":
            page = camera.fold(page, rng)
        case "blur":
            page = camera.blur(page, rng)
        case "noise":
            page = camera.add_noise(page, rng)
        case "jpeg":
            page = camera.compress(page, 40)
        case "upper_half":
            page = camera.keep_upper_half(page, rng)
        case "corner" if centre[0] < 100 and centre[1] > 30:
            page = camera.keep_corner(page, rng)
        case "grey":
            page = camera.make_grey(page, rng)
        case "turned_90" | "turned_180" | "turned_270":
            page = camera.turn_page(page, int(condition.removeprefix("turned_")))
        case "pen":
            page = camera.scribble(page, rng, (centre[0] * MM, centre[1] * MM))
        case "small":
            page = camera.shrink(page, rng)
        case "phone":
            page = camera.lay_on_table(camera.fold(page, rng), rng, tilt=0.1 if hard else 0.07)
            page = camera.cast_shadow(page, rng)
            page = camera.compress(camera.add_noise(camera.shrink(page, rng, 0.75), rng), 55)
        case "grey_turned":
            page = camera.turn_page(camera.make_grey(page, rng), int(rng.choice([90, 180, 270])))
        case _:
            pass
    return camera.compress(page, 70) if hard and condition != "jpeg" else page
