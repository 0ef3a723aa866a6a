"""What the other process makes of a picture."""

import io

from PIL import Image

from zalo_governor.domain.pictures import ALIKE, Looked, difference
from zalo_governor.sandbox.images.client import look
from zalo_governor.simulator.pictures import png


def looked(content: bytes) -> Looked:
    found = look(content)
    assert found
    return found


def test_a_picture_written_anew_and_smaller_is_alike_and_another_is_not() -> None:
    with Image.open(io.BytesIO(png("nhom"))) as picture:
        smaller, written = picture.convert("RGB").resize((60, 60)), io.BytesIO()
    smaller.save(written, "JPEG", quality=60)
    one = looked(png("nhom"))
    assert difference(one.likeness, looked(written.getvalue()).likeness) <= ALIKE
    assert difference(one.likeness, looked(png("nhom-khac")).likeness) > ALIKE


def test_the_thumbnail_is_a_small_jpeg() -> None:
    content = looked(png("nhom")).thumbnail
    with Image.open(io.BytesIO(content)) as small:
        assert (small.format, small.size) == ("JPEG", (96, 96))
    assert len(content) < 10_000


def test_kinds_of_pictures_that_zalo_does_not_send_are_not_opened() -> None:
    for kind, known in (("GIF", True), ("WEBP", True), ("EPS", False), ("BMP", False)):
        held = io.BytesIO()
        Image.new("RGB", (30, 20), "red").save(held, kind)
        assert (look(held.getvalue()) is not None) == known


def test_what_is_no_picture_is_said_and_raises_nothing() -> None:
    assert look(b"<html>") is None
    assert look(b"") is None
    assert look(png("nhom")[:60]) is None
