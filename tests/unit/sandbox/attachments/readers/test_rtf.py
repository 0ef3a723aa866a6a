"""Texts, pictures and objects of RTF documents are read in all their encodings."""

import binascii
import io
import struct

import pytest
from PIL import Image

from tests.unit.sandbox.attachments.readers.documents import compound, dangers, native, places
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.readers.rtf import read

MARK = "TÀI LIỆU GIẢ ĐỊNH"


def seen(body: str) -> Contents:
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset163 Arial;}}"
    return collect(read, f"{head}{body}}}".encode("cp1252"), Budget())


def escaped(text: str) -> str:
    return "".join(letter if ord(letter) < 128 else rf"\u{ord(letter)}?" for letter in text)


@pytest.mark.parametrize(
    ("group", "place"),
    [
        ("{}", "body"),
        (r"{\header {}\par}", "header"),
        (r"{\footerf {}}", "header"),
        (r"{\footnote {}}", "footnote"),
        (r"{\*\annotation {}}", "comment"),
        (r"{\shp{\*\shpinst{\shptxt {}\par}}}", "text_box"),
        (r"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv {}}}}}", "alt_text"),
        (r"{\info{\title {}}}", "property"),
        (r"{\*\userprops{\propname A}\proptype30{\staticval {}}}", "property"),
        (r"{\v {}}", "body"),
        (r"{\deleted {}}", "body"),
        (r"\trowd a\cell {}\cell\row", "body"),
        (r"{\field{\*\fldinst TITLE {}}{\fldrslt x}}", "field"),
    ],
)
def test_every_destination_is_read(group: str, place: str) -> None:
    assert places(seen("x\\par " + group.replace("{}", escaped(MARK))), MARK) == {place}


def test_a_word_split_by_formats_is_read_whole() -> None:
    assert places(seen(escaped("TÀI LIỆU G") + r"{\b " + escaped("IẢ ") + "}\r\n" + escaped("ĐỊNH")), MARK) == {"body"}


def test_letters_of_a_vietnamese_font_are_decoded() -> None:
    assert places(seen(r"{\f1 \'d0\'eanh \'f5}"), "Đênh ơ") == {"body"}


def test_the_text_for_old_programs_is_left_out() -> None:
    assert seen(r"\uc3\u7842abcNH{\uc0\u272}\u7882 abc").texts[0].text.startswith("ẢNHĐỊ")


@pytest.mark.parametrize("fallback", [r"\~", r"\-", r"\:", r"\tab ", r"\b ", r"\bin2 xx", r"\'a7", "?", r"\{"])
def test_a_control_word_or_symbol_is_the_text_for_old_programs_too(fallback: str) -> None:
    assert [part.text for part in seen(rf"M\u7852{fallback}T{{\*\u7852{fallback}T}}").texts] == ["MẬTẬT"]


def test_a_picture_comes_out() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "PNG")
    hexed = binascii.hexlify(picture.getvalue()).decode()
    contents = seen(r"{\pict\pngblip\picw30 " + hexed[:60] + "\n" + hexed[60:] + "}")
    assert [item.content for item in contents.pictures] == [picture.getvalue()]
    assert not contents.not_checked


def test_links_and_dde_are_found() -> None:
    contents = seen(r'{\field{\*\fldinst HYPERLINK "https://mau.example/x"}{\fldrslt x}}')
    assert contents.links == ["https://mau.example/x"]
    assert dangers(seen(r'{\field{\*\fldinst DDEAUTO cmd.exe "/c calc"}}')) == {("dde", True)}


@pytest.mark.parametrize(
    ("address", "found"),
    [("http://mau.example/t.dotm", {("remote_template", True)}), (r"C:\\m\\Normal.dotm", set())],
)
def test_a_template_from_the_web_is_a_danger(address: str, found: set[tuple[str, bool]]) -> None:
    assert dangers(seen(r"{\*\template " + address + "}")) == found


def embedded(name: str, content: bytes) -> str:
    """Return an object as RTF has it ([MS-OLEDS] 2.2.5)."""
    raw = struct.pack("<III", 0x501, 2, len(name) + 1) + name.encode() + b"\0" + struct.pack("<II", 0, 0)
    return binascii.hexlify(raw + struct.pack("<I", len(content)) + content).decode()


@pytest.mark.parametrize(
    ("word", "name", "found"),
    [
        ("", "Equation.3", {("exploit_object", False)}),
        (r"\objupdate", "Equation.3", {("exploit_object", True)}),
        (r"\objautlink", "OLE2Link", {("exploit_object", True)}),
        ("", "Word.Document.8", set()),
    ],
)
def test_objects_of_attacks_are_dangers(word: str, name: str, found: set[tuple[str, bool]]) -> None:
    assert dangers(seen(r"{\object\objemb" + word + r"{\*\objdata " + embedded(name, b"x" * 50) + "}}")) == found


def test_a_packaged_file_comes_out() -> None:
    package = native("a.exe", b"MZ 123")[4:]
    contents = seen(r"{\object{\*\objdata " + embedded("Package", package) + "}}")
    assert [(item.name, item.content) for item in contents.inner] == [("a.exe", b"MZ 123")]


def test_a_compound_file_in_an_object_is_read() -> None:
    inner = compound({"\x01Ole10Native": native("a.txt", MARK.encode())})
    contents = seen(r"{\object{\*\objdata " + embedded("Word.Document.8", inner) + "}}")
    assert [item.content.decode() for item in contents.inner] == [MARK]
