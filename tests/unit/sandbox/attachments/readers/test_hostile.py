"""No reader raises, hangs or floods on files made to break it."""

import io
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sandbox.attachments.readers import test_legacy, test_ooxml
from tests.unit.sandbox.attachments.readers.documents import NAMESPACES, compound, docx, paragraph, places, zipped
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers import (
    Reader,
    legacy,
    mail,
    markup,
    metafile,
    odf,
    ooxml,
    pdf,
    plain,
    rtf,
)
from zalo_governor.sandbox.attachments.readers.collector import collect

MARK = "TÀI LIỆU GIẢ ĐỊNH"
LONGEST = 10.0
"""Seconds that a reader may take for a small hostile file."""


def an_ole() -> bytes:
    return compound(
        test_legacy.word(MARK) | test_legacy.excel(b"") | {"PowerPoint Document": b"\x0f\0\xe8\3\0\0\0\0" * 20}
    )


def a_pdf() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments["a"] = pikepdf.AttachedFileSpec(document, b"a", filename="a")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


READERS: dict[str, tuple[Reader, Callable[[], bytes]]] = {
    "docx": (ooxml.read, lambda: docx(paragraph(MARK) + test_ooxml.TEXT_BOX)),
    "xlsx": (ooxml.read, test_ooxml.workbook),
    "odt": (odf.read, lambda: zipped({"content.xml": "<d><p>x</p></d>", "styles.xml": "<d/>"})),
    "pdf": (pdf.read, a_pdf),
    "doc": (legacy.read_compound, an_ole),
    "rtf": (rtf.read, lambda: rb"{\rtf1{\info{\title a}}{\object{\*\objdata 0105}}{\pict\pngblip 8950}\u7842?}"),
    "txt": (plain.read, MARK.encode),
    "html": (markup.read_html, lambda: b"<html><p a='b'>x<img src='data:image/png;base64,iVBORw0KGgo='></p></html>"),
    "xml": (markup.read_xml_file, lambda: b"<svg><text>x</text></svg>"),
    "eml": (
        mail.read,
        lambda: b"Subject: =?utf-8?b?eA==?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n",
    ),
    "emf": (metafile.read_into, lambda: b"\x01\0\0\0" + b"\x58\0\0\0" + bytes(32) + b" EMF" + bytes(200)),
}
every_reader = pytest.mark.parametrize(("read", "sample"), READERS.values(), ids=READERS)


def timed(read: Reader, content: bytes, budget: Budget | None = None) -> Contents:
    """Read a file; fail if that takes much of the processor, whoever else uses it."""
    begun = time.process_time()
    contents = collect(read, content, budget or Budget())
    assert time.process_time() - begun < LONGEST
    return contents


@every_reader
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_random_bytes_do_no_harm(read: Reader, sample: Callable[[], bytes], data: st.DataObject) -> None:
    start = sample()[:8] if data.draw(st.booleans()) else b""
    timed(read, start + data.draw(st.binary(max_size=2000)))


@every_reader
@pytest.mark.parametrize("seed", range(25))
def test_changed_bytes_do_no_harm(read: Reader, sample: Callable[[], bytes], seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  repeatable
    content = bytearray(sample())
    for _ in range(dice.randint(1, 30)):
        content[dice.randrange(len(content))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    timed(read, bytes(content))


@every_reader
def test_truncated_files_do_no_harm(read: Reader, sample: Callable[[], bytes]) -> None:
    content = sample()
    for part in range(20):
        timed(read, content[: len(content) * part // 20])


@every_reader
def test_without_time_nothing_is_read(read: Reader, sample: Callable[[], bytes]) -> None:
    clock = iter([0.0, *[100.0] * 1000])
    contents = collect(read, sample(), Budget(seconds=1, clock=lambda: next(clock)))
    assert NotChecked.LIMIT in contents.not_checked or not contents.texts


@every_reader
def test_nothing_left_of_the_budget_does_no_harm(read: Reader, sample: Callable[[], bytes]) -> None:
    timed(read, sample(), Budget(unpacked=0, files=0, pages=0, pictures=0, characters=0))


@pytest.mark.parametrize("read", [ooxml.read, odf.read])
def test_a_bomb_is_not_inflated(read: Reader) -> None:
    body = "<w:p><w:r><w:t>" + " " * (50 << 20) + "</w:t></w:r></w:p>"
    bomb = zipped(
        {
            "word/document.xml": body,
            "content.xml": body,
            "word/header1.xml": f"<w:hdr {NAMESPACES}>{paragraph(MARK)}</w:hdr>",
        }
    )
    contents = timed(read, bomb)
    assert contents.not_checked == {NotChecked.LIMIT}
    if read is ooxml.read:
        assert places(contents, MARK) == {"header"}


def test_a_directory_that_lies_about_sizes_inflates_no_more_than_it_says() -> None:
    content = bytearray(zipped({"word/document.xml": "<a>" + "x" * (5 << 20) + "</a>"}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert sum(len(part.text) for part in timed(ooxml.read, bytes(content)).texts) <= 100


def test_too_many_members_are_noted() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    assert collect(ooxml.read, out.getvalue(), Budget()).not_checked == {NotChecked.LIMIT}


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
)


@pytest.mark.parametrize("read", [ooxml.read, odf.read, markup.read_xml_file, markup.read_html])
@pytest.mark.parametrize("body", ["<x><p><t>&a11;</t></p></x>", '<x><docPr descr="&a11;"/><p>x</p></x>'])
def test_entities_do_not_multiply(read: Reader, body: str) -> None:
    text = LAUGHS + body
    packed = read in (ooxml.read, odf.read)
    content = zipped({"word/document.xml": text, "content.xml": text}) if packed else text.encode()
    assert sum(len(part.text) for part in timed(read, content).texts) <= 1_000_000


@pytest.mark.parametrize("read", [ooxml.read, odf.read, markup.read_xml_file])
def test_entities_open_no_files(read: Reader) -> None:
    text = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x><p><t>a&f;b</t></p></x>'
    packed = read in (ooxml.read, odf.read)
    contents = timed(read, zipped({"word/document.xml": text, "content.xml": text}) if packed else text.encode())
    with open("/etc/hostname") as file:  # noqa: PTH123
        assert not places(contents, file.read().strip() or "?")


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (ooxml.read, docx("<w:p>" * 50_000)),
        (odf.read, ("<p>" * 50_000).encode()),
        (markup.read_html, b"<div>" * 50_000),
        (markup.read_xml_file, b"<a>" * 50_000),
        (rtf.read, b"{\\rtf1" + b"{\\header " * 50_000),
        (legacy.read_compound, compound({"PowerPoint Document": b"\x0f\0\xee\3\xff\xff\xff\x7f" * 20_000})),
        (pdf.read, b"%PDF-1.4\n1 0 obj\n" + b"[" * 50_000),
        (mail.read, b"Content-Type: message/rfc822\n\n" * 3_000),
    ],
    ids=["docx", "odt", "html", "xml", "rtf", "ppt", "pdf", "eml"],
)
def test_deep_nesting_does_no_harm(read: Reader, content: bytes) -> None:
    timed(read, content)


def test_a_flood_of_text_does_not_hide_a_macro() -> None:
    flood = docx(paragraph("x " * 5000), word__vbaProject_dot_bin=compound({"VBA/dir": b"x"}))
    contents = collect(ooxml.read, flood, Budget(characters=100))
    assert contents.dangers
    assert contents.not_checked == {NotChecked.LIMIT}


WATCHED = """
import importlib, pathlib, sys
from zalo_governor.sandbox.attachments import readers
from zalo_governor.sandbox.attachments.contents import Budget
from zalo_governor.sandbox.attachments.readers.collector import collect
readers.preload()
work = [line.split() for line in sys.stdin.read().splitlines()]
samples = [(getattr(importlib.import_module(part), name), pathlib.Path(path).read_bytes()) for part, name, path in work]
events = []
sys.addaudithook(lambda event, arguments: events.append((event, arguments[:2])) if event in WATCHED else None)
for read, content in samples:
    collect(read, content, Budget())
print(events)
"""
EVENTS = ("open", "import", "os.listdir", "subprocess.Popen", "os.fork", "os.exec", "os.posix_spawn", "socket.__new__")


def test_readers_open_import_and_start_nothing(tmp_path: Path) -> None:
    lines = []
    for name, (read, sample) in READERS.items():
        path = tmp_path / name
        path.write_bytes(sample())
        lines.append(f"{read.__module__} {read.__name__} {path}")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"WATCHED = {EVENTS!r}\n{WATCHED}"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
