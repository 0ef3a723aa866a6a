"""Word, Excel and PowerPoint of 97 to 2003 are read by their records, with what is embedded in them."""

import io
import struct
import time
import uuid
import zlib

import pytest
from docx import Document
from msoffcrypto.format.ooxml import OOXMLFile
from PIL import Image

from tests.unit.sandbox.attachments.readers.documents import compound, dangers, native, pages, places
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.readers.legacy import read_compound

MARK = "TÀI LIỆU GIẢ ĐỊNH"
STORIES = ("thân bài", "chú thích", "đầu trang", "nhận xét", "cuối trang", "khung", "khung đầu trang")
LENGTHS_AT = (0x4C, 0x50, 0x54, 0x5C, 0x60, 0x64, 0x68)


def seen(streams: dict[str, bytes]) -> Contents:
    return collect(read_compound, compound(streams), Budget())


def word(*stories: str, narrow: str = "", flags: int = 0) -> dict[str, bytes]:
    """Return the streams of a Word document: stories in UTF-16, after a piece of narrow text."""
    stream = bytearray(2048)
    struct.pack_into("<H", stream, 0, 0xA5EC)
    struct.pack_into("<H", stream, 0x0A, 0x0200 | flags)
    texts = [narrow + stories[0] if stories else narrow, *stories[1:]]
    for at, text in zip(LENGTHS_AT, texts, strict=False):
        struct.pack_into("<I", stream, at, len(text))
    wide = "".join(stories)
    pieces = [(len(narrow), 0x4000_0000 | (len(stream) * 2))] if narrow else []
    stream += narrow.encode("cp1252")
    pieces.append((len(wide), len(stream)))
    stream += wide.encode("utf-16-le")
    ends = [0]
    for length, _ in pieces:
        ends.append(ends[-1] + length)
    table = struct.pack(f"<{len(ends)}I", *ends) + b"".join(struct.pack("<HIH", 0, at, 0) for _, at in pieces)
    clx = b"\x01" + struct.pack("<H", 4) + b"abcd" + b"\x02" + struct.pack("<I", len(table)) + table
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx))
    return {"WordDocument": bytes(stream), "1Table": clx}


def test_all_stories_of_a_word_document_are_read() -> None:
    contents = seen(word(*(f"{MARK} {story}\r" for story in STORIES)))
    assert [part.place for part in contents.texts if MARK in part.text] == [
        *("body", "footnote", "header", "comment", "footnote", "text_box", "text_box")
    ]
    assert not contents.not_checked


def test_narrow_pieces_join_wide_ones() -> None:
    assert places(seen(word("ÀI LIỆU GIẢ ĐỊNH\r", narrow="So 1\rT")), MARK) == {"body"}


def test_field_codes_are_no_body_text() -> None:
    field = '\x13 HYPERLINK "https://mau.example/x" \x14bấm\x15 rồi \x13 DDEAUTO c:\\\\cmd.exe "/c calc" \x14\x15xong\r'
    contents = seen(word(field))
    assert places(contents, "bấm rồi xong") == {"body"}
    assert contents.links == ["https://mau.example/x"]
    assert dangers(contents) == {("dde", True)}


def test_an_encrypted_word_document_is_not_checked() -> None:
    assert seen(word(MARK, flags=0x0100)).not_checked == {NotChecked.ENCRYPTED}


def test_pieces_that_overlap_stay_within_the_budget() -> None:
    streams = word("A" * 1000)
    pieces = 3000
    ends = struct.pack(f"<{pieces + 1}I", *range(0, (pieces + 1) * 1000, 1000))
    table = ends + struct.pack("<HIH", 0, 2048, 0) * pieces
    clx = b"\x02" + struct.pack("<I", len(table)) + table
    stream = bytearray(streams["WordDocument"])
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx))
    struct.pack_into("<I", stream, 0x4C, pieces * 1000)
    content = compound({"WordDocument": bytes(stream), "1Table": clx})
    contents = collect(read_compound, content, Budget(characters=10_000))
    assert contents.not_checked == {NotChecked.LIMIT}
    assert sum(len(part.text) for part in contents.texts) <= 10_000


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def short(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def long(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def excel(sheet: bytes, *, shared: bytes = b"", name: str = "Trang", kind: int = 0) -> dict[str, bytes]:
    """Return the streams of a workbook with one sheet."""
    bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    length = len(bof) + 4 + 6 + len(short(name)) + len(shared) + 4
    bound = record(0x0085, struct.pack("<IBB", length, 0, kind) + short(name))
    stream = bof + bound + shared + record(0x000A, b"") + bof + sheet + record(0x000A, b"")
    return {"Workbook": stream}


def test_everything_in_a_workbook_is_read() -> None:
    table = record(0x00FC, struct.pack("<II", 2, 2) + long("Đơn vị") + long(f"{MARK} ô"))
    sheet = b"".join(
        [
            record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0)),
            record(0x00FD, struct.pack("<HHHI", 0, 1, 0, 1)),
            record(0x0203, struct.pack("<HHHd", 1, 0, 0, 12.5)),
            record(0x027E, struct.pack("<HHHI", 1, 1, 0, (7 << 2) | 2)),
            record(0x0207, long(f"{MARK} công thức")),
            record(0x0014, long(f"{MARK} đầu trang")),
            record(0x01B6, struct.pack("<5HHHI", 0, 0, 0, 0, 0, len(MARK) + 4, 8, 0)),
            record(0x003C, b"\1" + f"{MARK} hộp".encode("utf-16-le")),
        ]
    )
    contents = seen(excel(sheet, shared=table, name=f"{MARK} tên"))
    assert next(part.text for part in contents.texts if "Đơn vị" in part.text) == (
        f"Đơn vị\t{MARK} ô\t\n12.5\t7\t{MARK} công thức"
    )
    for words, place in (("ô", "body"), ("đầu trang", "header"), ("hộp", "text_box"), ("tên", "name")):
        assert places(contents, f"{MARK} {words}") == {place}
        assert pages(contents, f"{MARK} {words}") == {1}
    assert not contents.not_checked


def test_a_shared_string_may_go_on_in_the_next_record() -> None:
    head = struct.pack("<II", 1, 1) + struct.pack("<HB", len(MARK) + 4, 1) + "TÀI ".encode("utf-16-le")
    rest = record(0x003C, b"\1" + MARK[4:].encode("utf-16-le")) + record(0x003C, b"\0 hai")
    sheet = record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0))
    assert places(seen(excel(sheet, shared=record(0x00FC, head) + rest)), f"{MARK} hai") == {"body"}


def test_a_macro_sheet_and_a_dde_link_are_dangers() -> None:
    assert dangers(seen(excel(b"", kind=1))) == {("macro", False)}
    book = record(0x01AE, struct.pack("<H", 0) + long("cmd\x03/c calc"))
    assert dangers(seen(excel(book))) == {("dde", True)}


def test_an_encrypted_workbook_is_not_checked() -> None:
    bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    assert seen({"Workbook": bof + record(0x002F, b"\1\0")}).not_checked == {NotChecked.ENCRYPTED}


def atom(kind: int, body: bytes, *, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(body)) + body


def box(kind: int, *inner: bytes) -> bytes:
    return atom(kind, b"".join(inner), version=0xF)


def test_slides_notes_and_masters_of_a_presentation_are_read() -> None:
    text = {name: atom(4000, f"{MARK} {name}".encode("utf-16-le")) for name in ("dàn bài", "hộp", "ghi chú", "mẫu")}
    persist = atom(1011, bytes(20))
    stream = (
        box(1000, box(4080, persist, atom(4008, b"Trang mot"), persist, text["dàn bài"]))
        + box(1016, text["mẫu"])
        + box(1006, box(1036, text["hộp"]))
        + box(1008, text["ghi chú"])
    )
    contents = seen({"PowerPoint Document": stream})
    assert pages(contents, "Trang mot") == {1}
    assert pages(contents, f"{MARK} dàn bài") == {2}
    assert pages(contents, f"{MARK} hộp") == {1}
    assert places(contents, f"{MARK} ghi chú") == {"note"}
    assert places(contents, f"{MARK} mẫu") == {"master"}


def test_an_object_in_a_presentation_comes_out() -> None:
    inner = compound({"\x01Ole10Native": native("a.txt", MARK.encode())})
    packed = struct.pack("<I", len(inner)) + zlib.compress(inner)
    contents = seen({"PowerPoint Document": atom(4113, packed, instance=1)})
    assert [item.content.decode() for item in contents.inner] == [MARK]


def test_pictures_of_old_documents_come_out() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "PNG")
    blip = atom(0xF01E, bytes(16) + b"\xff" + picture.getvalue(), instance=0x6E0)
    contents = seen(word(MARK) | {"Data": b"\0" * 33 + blip})
    assert [item.content for item in contents.pictures] == [picture.getvalue()]
    assert seen({"PowerPoint Document": b"", "Pictures": blip}).pictures


def test_objects_in_storages_are_read() -> None:
    streams = word(MARK) | {f"_1/{name}": content for name, content in word(f"{MARK} trong").items()}
    assert places(seen(streams), f"{MARK} trong") >= {"body"}
    embedded = {"_2/\x01Ole10Native": native("b.exe", b"MZ"), "_2/\x01CompObj": b"x"}
    assert [item.name for item in seen(word(MARK) | embedded).inner] == ["b.exe"]


def properties(*values: tuple[int, bytes]) -> bytes:
    """Return a property set with one section ([MS-OLEPS] 2.21)."""
    places, body = b"", b""
    for number, value in values:
        places += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        body += value
    section = struct.pack("<II", 8 + len(places) + len(body), len(values)) + places + body
    return b"\xfe\xff" + bytes(22) + struct.pack("<I", 1) + bytes(16) + struct.pack("<I", 48) + section


def test_properties_are_read() -> None:
    title = f"{MARK} tên".encode()
    company = f"{MARK} cơ quan".encode("utf-16-le")
    values = [
        (1, struct.pack("<Ii", 2, 65001)),
        (2, struct.pack("<II", 0x1E, len(title)) + title),
        (15, struct.pack("<II", 0x1F, len(company) // 2) + company),
        (13, struct.pack("<III", 0x101E, 0xFFFFFFFF, len(title)) + title + b"\xff" * 4),
    ]
    contents = seen(word("x") | {"\x05SummaryInformation": properties(*values)})
    assert places(contents, f"{MARK} tên") == {"property"}
    assert places(contents, f"{MARK} cơ quan") == {"property"}


def test_a_list_of_four_billion_properties_does_no_harm() -> None:
    begun = time.process_time()
    seen(word("x") | {"\x05SummaryInformation": properties((2, struct.pack("<II", 0x1003, 0xFFFFFFFF)))})
    seen(word("x") | {"\x05SummaryInformation": properties((2, struct.pack("<II", 0x100C, 0xFFFFFFFF)))})
    assert time.process_time() - begun < 10


def test_lettering_in_drawings_is_read() -> None:
    streams = word("Lịch họp")
    streams["1Table"] += f"\0\0{MARK}\0\0".encode("utf-16-le")
    assert places(seen(streams), MARK) == {"other"}


def test_a_message_of_outlook_is_read() -> None:
    contents = seen(
        {
            "__substg1.0_0037001F": f"{MARK} tiêu đề".encode("utf-16-le"),
            "__substg1.0_1000001F": f"{MARK} nội dung".encode("utf-16-le"),
            "__attach/__substg1.0_37010102": b"%PDF-1.7" + bytes(5000),
            "__attach/__substg1.0_3707001F": "tệp.pdf".encode("utf-16-le"),
        }
    )
    assert places(contents, f"{MARK} tiêu đề") == {"header"}
    assert places(contents, f"{MARK} nội dung") == {"body"}
    assert [item.name for item in contents.inner] == ["tệp.pdf"]


def test_an_encrypted_document_is_not_checked() -> None:
    assert seen({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}).not_checked == {NotChecked.ENCRYPTED}


@pytest.mark.parametrize(("password", "opens"), [("VelvetSweatshop", True), ("khác", False)])
def test_only_what_excel_opens_without_asking_is_decrypted(password: str, opens: bool) -> None:
    plain, out = io.BytesIO(), io.BytesIO()
    Document().save(plain)
    OOXMLFile(plain).encrypt(password, out)
    contents = collect(read_compound, out.getvalue(), Budget())
    assert [item.content for item in contents.inner] == ([plain.getvalue()] if opens else [])
    assert contents.not_checked == (set() if opens else {NotChecked.ENCRYPTED})


@pytest.mark.parametrize(
    ("link", "danger"),
    [
        (uuid.UUID("00000303-0000-0000-c000-000000000046").bytes_le, None),
        (uuid.UUID("06290bd3-48aa-11d2-8432-006008c3fbfc").bytes_le, ("exploit_object", True)),
        ("http://mau.example/a".encode("utf-16-le"), ("external_object", False)),
    ],
)
def test_a_link_of_an_object_is_judged_by_its_monikers(link: bytes, danger: tuple[str, bool] | None) -> None:
    assert dangers(seen(word(MARK) | {"_1/\x01Ole": link})) == ({danger} if danger else set())


@pytest.mark.parametrize("address", ["http://mau.example/bieu.hta", "HTTP://MAU.EXAMPLE/bieu.hta"])
def test_the_address_that_an_object_links_to_comes_out_in_whatever_letters_it_is_written(address: str) -> None:
    assert seen(word(MARK) | {"_1/\x01Ole": address.encode("utf-16-le")}).links == [address]
