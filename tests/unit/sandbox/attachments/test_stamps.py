"""Stamps on made pages: found with their level, told apart from other stamps, and read in a forked child."""

import os
import socket

import numpy as np
import pytest
from PIL import Image

from tests.pages.catalogue import clean_pages, make_clean, stamped_pages
from tests.pages.papers import draw_paper
from tests.pages.stamps import draw_framed_words, press
from zalo_governor.sandbox.attachments.stamp_words import RECALL, RELEASED, is_official, name_stamp
from zalo_governor.sandbox.attachments.stamps import find_stamp, preload

pytestmark = pytest.mark.unit
RED = (205, 25, 35)


def paper_with(*stamps: tuple[list[str], tuple[float, float]]) -> Image.Image:
    """Return a page with these stamps at these centres in millimetres."""
    page = draw_paper(np.random.default_rng(7), "serif")
    for lines, centre in stamps:
        width = 12 + 3.2 * max(map(len, lines))
        press(page, draw_framed_words(lines, width, 8 * len(lines), "serif"), centre, 2.0, RED)
    return page


def test_most_stamped_pages_are_found_with_their_level() -> None:
    pages = list(stamped_pages(16, "held_out", 4_000))
    right = [(stamp := find_stamp(page.picture)) is not None and stamp.level == page.level for page in pages]
    assert sum(right) >= 14, [page.kind for page, good in zip(pages, right, strict=True) if not good]


def test_pages_without_stamp_stay_clean() -> None:
    assert [page.kind for page in clean_pages(12, "held_out", 4_000) if find_stamp(page.picture)] == []


def test_reason_tells_red_from_grey_and_typed() -> None:
    red = paper_with((["TỐI MẬT"], (55, 46)))
    typed = draw_paper(np.random.default_rng(3), "serif", mark="TUYỆT MẬT")
    seen = [find_stamp(page) for page in (red, red.convert("L"), typed)]
    assert [(stamp.level, stamp.reason) for stamp in seen if stamp] == [
        ("toi_mat", "red_stamp"),
        ("toi_mat", "grey_stamp"),
        ("tuyet_mat", "typed_mark"),
    ]


def test_recall_stamp_adds_a_reason_only() -> None:
    assert find_stamp(paper_with((["TÀI LIỆU THU HỒI"], (150, 46)))) is None
    both = find_stamp(paper_with((["MẬT"], (50, 46)), (["TÀI LIỆU THU HỒI"], (150, 50))))
    assert both is not None
    assert both.reason == "red_stamp+recall_stamp"


def test_released_page_is_no_finding() -> None:
    assert find_stamp(paper_with((["MẬT"], (50, 46)), (["GIẢI MẬT"], (150, 50)))) is None
    assert find_stamp(paper_with((["ĐÃ GIẢI", "MẬT"], (55, 50)))) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_tiny_pictures_are_no_pages(size: tuple[int, int]) -> None:
    assert find_stamp(Image.new("RGB", size, RED)) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MÂT", "mat"),
        ("|MẠT", "mat"),
        ("TOI MAT", "toi_mat"),
        ("rO1 MAT", "toi_mat"),
        ("TUYT MÂT", "tuyet_mat"),
        ("UYÊT MÂT", "tuyet_mat"),
        ("ĐÃ GIẢI MẬT", RELEASED),
        ("TÀI LIÊU THU HÔI", RECALL),
        ("BẢO MẬT", None),
        ("BÍ MẬT", None),
        ("MẬT ONG", None),
        ("MẬT ĐỘ", None),
        ("CƠ MẬT", None),
        ("mật", None),
        ("KHẨN", None),
        ("", None),
    ],
)
def test_line_is_a_level_only_if_it_says_nothing_else(text: str, name: str | None) -> None:
    assert name_stamp(text) == name


def test_heading_is_recognised_with_lost_letters() -> None:
    assert is_official("CNG HÒA XÃ HI CHÚ NGHA VIT NAM")
    assert is_official("S: 52/BC-UBND")
    assert not is_official("Chiều nay họp lúc 14 giờ")


def test_models_read_on_in_a_forked_child(monkeypatch: pytest.MonkeyPatch) -> None:
    preload()
    page = paper_with((["TUYỆT MẬT"], (60, 46)))
    child = os.fork()
    if child == 0:
        # A child that cannot reach anything: a socket or a file would end it with another code.
        monkeypatch.setattr(socket, "socket", lambda *_, **__: os._exit(3))
        monkeypatch.setattr("builtins.open", lambda *_, **__: os._exit(4))
        stamp = find_stamp(page)
        os._exit(0 if stamp is not None and stamp.level == "tuyet_mat" else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_same_number_makes_the_same_page() -> None:
    assert make_clean(3, "develop").picture.tobytes() == make_clean(3, "develop").picture.tobytes()
