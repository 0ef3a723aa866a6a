"""A QR code is read from its picture exactly, whatever the picture's size and margin."""

import io
from typing import Any

import pytest
import segno
from PIL import Image, ImageDraw

from zalo_governor.sandbox.images.qr import modules_of

TEXT = "https://qr.zalo.me/" + "x1Y-" * 15


def drawn(code: segno.QRCode, **how: Any) -> bytes:
    out = io.BytesIO()
    code.save(out, kind="png", **how)
    return out.getvalue()


def matrix(code: segno.QRCode) -> list[list[bool]]:
    return [[bool(module) for module in row] for row in code.matrix]


@pytest.mark.parametrize(("version", "scale", "border"), [(1, 1, 0), (2, 3, 4), (7, 5, 1), (10, 4, 2), (25, 2, 4)])
def test_every_module_is_read(version: int, scale: int, border: int) -> None:
    code = segno.make_qr("Zalo" if version == 1 else TEXT if version > 2 else "Zalo QR", version=version)
    read = modules_of(drawn(code, scale=scale, border=border))
    assert read is not None
    assert [list(row) for row in read] == matrix(code)


def test_colours_a_clear_background_and_an_odd_size_do_no_harm() -> None:
    code = segno.make_qr(TEXT, error="m")
    blue = modules_of(drawn(code, scale=6, dark="#0068ff", light=None))
    assert blue is not None
    assert [list(row) for row in blue] == matrix(code)
    with Image.open(io.BytesIO(drawn(code, scale=8))) as picture:
        shrunk = picture.convert("L").resize((251, 251))
    out = io.BytesIO()
    shrunk.save(out, "png")
    read = modules_of(out.getvalue())
    assert read is not None
    assert [list(row) for row in read] == matrix(code)


def test_a_logo_in_the_middle_covers_no_more_than_itself() -> None:
    code = segno.make_qr(TEXT, error="h")
    with Image.open(io.BytesIO(drawn(code, scale=8, border=0))) as picture:
        marked = picture.convert("RGB")
    side = marked.size[0]
    ImageDraw.Draw(marked).rectangle((side * 0.42, side * 0.42, side * 0.58, side * 0.58), fill="white")
    out = io.BytesIO()
    marked.save(out, "png")
    read = modules_of(out.getvalue())
    assert read is not None
    wrong = sum(a != b for row, right in zip(read, matrix(code), strict=True) for a, b in zip(row, right, strict=True))
    assert wrong < 0.04 * len(read) ** 2


def test_what_is_no_code_gives_none() -> None:
    out = io.BytesIO()
    Image.new("L", (200, 200), 255).save(out, "png")
    noise = io.BytesIO()
    Image.effect_noise((200, 200), 90).save(noise, "png")
    assert modules_of(out.getvalue()) is None
    assert modules_of(noise.getvalue()) is None
    assert modules_of(b"\x89PNG\r\n\x1a\nhalf") is None
