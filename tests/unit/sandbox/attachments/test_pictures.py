"""Decoding of pictures, text recognition and codes."""

import io
import zlib
from typing import Literal

import numpy as np
import pytest
import segno
from PIL import Image

from tests.pages.papers import draw_paper
from tests.zoo.scanning import not_checked, scan
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments import pictures, recognition, tessdata
from zalo_governor.sandbox.attachments.pictures import open_frames
from zalo_governor.sandbox.attachments.qr import read_codes

pytestmark = pytest.mark.unit


def open_picture(content: bytes) -> Image.Image | None:
    return next(iter(open_frames(content, 1).frames), None)


def encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture as a file."""
    held = io.BytesIO()
    picture.save(held, kind, **options)
    return held.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_known_formats_open(kind: str) -> None:
    opened = open_picture(encode(Image.new("RGB", (60, 40), "red"), kind))
    assert opened is not None
    assert (opened.mode, opened.size) == ("RGB", (60, 40))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x00\x00\x00\x18ftypheic" + bytes(64), b"%PDF-1.7"])
def test_unreadable_content_is_none(content: bytes) -> None:
    assert open_picture(content) is None


def test_exif_turns_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    opened = open_picture(encode(Image.new("RGB", (60, 40)), "JPEG", exif=exif))
    assert opened is not None
    assert opened.size == (40, 60)


def test_pages_of_a_tiff_are_read_up_to_the_limit() -> None:
    pages = [Image.new("L", (30, 30), shade) for shade in range(12)]
    content = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    read = open_frames(content)
    assert (len(read.frames), read.cut) == (pictures.MOST_FRAMES, True)
    assert len(open_frames(content, 3).frames) == 3
    exactly = encode(pages[0], "TIFF", save_all=True, append_images=pages[1 : pictures.MOST_FRAMES])
    assert not open_frames(exactly).cut


def test_too_many_pixels_are_not_decoded_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    assert open_frames(encode(Image.new("RGB", (60, 40)), "PNG")) == ([], True, False)
    assert open_frames(b"GIF89a") == ([], False, True)


@pytest.mark.parametrize("size", [(20_000, 9_500), (20_000, 15_000)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_picture_that_is_too_large_for_pillow_is_no_damaged_one(kind: str, size: tuple[int, int]) -> None:
    large = encode(Image.new("L", (1234, 4321)), kind)
    order: Literal["big", "little"] = "big" if kind == "PNG" else "little"
    for old, new in zip((1234, 4321), size, strict=True):
        large = large.replace(old.to_bytes(4, order), new.to_bytes(4, order), 1)
    if kind == "PNG":
        large = large[:29] + zlib.crc32(large[12:29]).to_bytes(4, "big") + large[33:]
    assert open_frames(large) == ([], True, False)


def test_a_photo_of_the_largest_phone_cameras_is_looked_at() -> None:
    read = open_frames(encode(Image.new("L", (20_000, 9_500)), "JPEG"))
    assert ([frame.size for frame in read.frames], read.cut, read.damaged) == ([(4000, 1900)], False, False)


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_a_damaged_page_behind_a_good_one_is_told(kind: str) -> None:
    pages = [Image.effect_noise((60, 40), 90) for _ in range(2)]
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    content = encode(pages[0], kind, save_all=True, append_images=pages[1:], **options)
    read = open_frames(content)
    assert (len(read.frames), read.damaged) == (2, False)
    read = open_frames(content[:-600])
    assert (len(read.frames), read.damaged) == (1, True)
    assert not_checked(scan(content[:-600], "quet")) == {NotChecked.DAMAGED}


def test_a_large_photo_is_made_smaller_while_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 40_000)
    monkeypatch.setattr(pictures, "_MOST_OF_JPEG", 120_000)
    monkeypatch.setattr(pictures, "_LONGEST", 100)
    assert len(open_frames(encode(Image.new("RGB", (400, 300)), "JPEG")).frames) == 1
    assert open_frames(encode(Image.new("RGB", (400, 301)), "JPEG")) == ([], True, False)


def test_transparent_ground_is_white_and_deep_grey_is_scaled() -> None:
    clear = open_picture(encode(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))
    deep = open_picture(encode(Image.fromarray(np.array([[0, 60000]], np.uint16)), "PNG"))
    assert clear is not None
    assert deep is not None
    assert clear.getpixel((4, 4)) == (255, 255, 255)
    assert [deep.getpixel((0, 0)), deep.getpixel((1, 0))] == [(0, 0, 0), (255, 255, 255)]


def test_turned_code_is_read_once() -> None:
    held = io.BytesIO()
    segno.make("https://mau.example/a").save(held, kind="png", scale=5)
    code = Image.open(io.BytesIO(held.getvalue())).convert("RGB")
    sheet = Image.new("RGB", (900, 900), "white")
    sheet.paste(code.rotate(25, expand=True, fillcolor="white"), (80, 80))
    sheet.paste(code, (500, 500))
    assert read_codes(sheet) == ["https://mau.example/a"]
    assert read_codes(Image.new("RGB", (300, 300), "white")) == []


@pytest.mark.skipif(tessdata.find_data() is None, reason="tesseract-ocr-vie is not installed")
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_body_text_is_read_in_four_directions(degrees: int) -> None:
    page = draw_paper(np.random.default_rng(1), "serif").rotate(degrees, expand=True)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in (recognition.read_text(page) or "")


def test_no_data_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_load", lambda: None)
    assert recognition.read_text(Image.new("RGB", (9, 9))) is None
