"""A PDF's pages, and what no page shows, are read; scans become pictures."""

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

from tests.unit.sandbox.attachments.readers.documents import dangers, pages, places
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.readers.pdf import read

MARK = "TÀI LIỆU GIẢ ĐỊNH"
LINES = "TAI LIEU GIA DINH cua tinh Mau, dung de thu nghiem doc tep"


def seen(document: pikepdf.Pdf, **how: Any) -> Contents:
    return collect(read, saved(document, **how), Budget())


def saved(document: pikepdf.Pdf, **how: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, **how)
    return out.getvalue()


def paper(*texts: str) -> pikepdf.Pdf:
    """Return a document with a page for each text."""
    document = pikepdf.new()
    font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for text in texts:
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = document.make_stream(f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode())
    return document


def with_picture(document: pikepdf.Pdf, width: int, height: int) -> pikepdf.Pdf:
    """Put a picture of a size in points onto the last page."""
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).rectangle((5, 5, 50, 30), outline="red", width=3)
    picture = Stream(document, image.tobytes())
    picture.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 60, "/Height": 40})
    picture.update({"/ColorSpace": Name.DeviceRGB, "/BitsPerComponent": 8})
    page = document.pages[-1]
    page.Resources.XObject = Dictionary(Im1=document.make_indirect(picture))
    page.contents_add(f"q {width} 0 0 {height} 40 40 cm /Im1 Do Q".encode())
    return document


def test_text_has_its_page() -> None:
    contents = seen(paper(LINES, LINES + " trang hai"))
    assert pages(contents, "trang hai") == {2}
    assert not contents.pictures
    assert not contents.not_checked


def test_a_page_without_text_is_rendered() -> None:
    contents = seen(with_picture(paper(LINES, ""), 300, 200))
    assert [picture.page for picture in contents.pictures] == [2]
    with Image.open(io.BytesIO(contents.pictures[0].content)) as image:
        assert image.format == "JPEG"
        assert max(image.size) == pytest.approx(2000, abs=2)


def test_a_blank_page_is_not_rendered() -> None:
    assert not seen(paper("")).pictures


def test_a_scan_with_a_text_layer_is_rendered() -> None:
    assert seen(with_picture(paper(LINES, LINES), 595, 842)).pictures[0].page == 2


def test_a_small_picture_counts_on_the_first_page_only() -> None:
    assert seen(with_picture(paper(LINES), 60, 30)).pictures
    assert not seen(with_picture(paper(LINES, LINES), 60, 30)).pictures


def test_only_so_many_pages_are_rendered() -> None:
    document = with_picture(paper(""), 500, 500)
    for _ in range(31):
        document.pages.append(document.pages[0])
    contents = seen(document)
    assert len(contents.pictures) == 30
    assert contents.not_checked == {NotChecked.LIMIT}


def test_pages_beyond_the_limit_are_noted() -> None:
    contents = collect(read, saved(paper(LINES, LINES + " hai", LINES + " ba")), Budget(pages=2))
    assert pages(contents, "TAI LIEU") == {1, 2}
    assert contents.not_checked == {NotChecked.LIMIT}


def test_outline_annotation_form_and_properties_are_read() -> None:
    document = paper(LINES, LINES)
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"{MARK} mục lục", 0))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents=String(f"{MARK} ghi chú"), Rect=Array([0, 0, 9, 9]))
    document.pages[1].Annots = Array([document.make_indirect(note)])
    field = Dictionary(
        FT=Name.Tx, T=String("a"), V=String(f"{MARK} mẫu"), Subtype=Name.Widget, Rect=Array([0, 0, 9, 9])
    )
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]))
    with document.open_metadata() as metadata:
        metadata["dc:description"] = f"{MARK} mô tả"
    document.docinfo["/Subject"] = f"{MARK} chủ đề"
    contents = seen(document)
    assert places(contents, f"{MARK} mục lục") == {"outline"}
    assert places(contents, f"{MARK} ghi chú") == {"annotation"}
    assert pages(contents, f"{MARK} ghi chú") == {2}
    assert places(contents, f"{MARK} mẫu") == {"form"}
    assert places(contents, f"{MARK} chủ đề") == {"property"}
    assert places(contents, f"{MARK} mô tả") == {"property"}
    assert not contents.dangers
    assert not contents.not_checked


@pytest.mark.parametrize("compressed", [True, False])
def test_attachments_come_out(compressed: bool) -> None:
    document = paper(LINES)
    document.attachments["a.txt"] = pikepdf.AttachedFileSpec(document, f"{MARK} một".encode(), filename="a.txt")
    attached = pikepdf.AttachedFileSpec(document, f"{MARK} hai".encode(), filename="b.txt")
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=attached.obj, Rect=Array([0, 0, 9, 9]))
    document.pages[0].Annots = Array([note])
    contents = seen(document, compress_streams=compressed)
    assert {(item.name, item.content.decode(), item.page) for item in contents.inner} == {
        ("a.txt", f"{MARK} một", None),
        ("b.txt", f"{MARK} hai", 1),
    }


def test_links_are_read() -> None:
    document = paper(LINES)
    action = Dictionary(S=Name.URI, URI=String("https://mau.example/x"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, A=action, Rect=Array([0, 0, 9, 9]))
    document.pages[0].Annots = Array([link])
    contents = seen(document)
    assert contents.links == ["https://mau.example/x"]
    assert not contents.dangers


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")), {("pdf_javascript", False)}),
        (Dictionary(S=Name.Launch, F=String("cmd.exe")), {("pdf_launch", True)}),
        (Dictionary(S=Name.URI, URI=String("https://mau.example/")), {("pdf_action", False)}),
        (Dictionary(S=Name.SubmitForm, F=String("https://mau.example/")), {("pdf_action", False)}),
        (Dictionary(S=Name.GoTo, D=Array([0, Name.Fit])), set()),
    ],
)
def test_what_starts_by_itself_is_judged(action: Dictionary, found: set[tuple[str, bool]]) -> None:
    document = paper(LINES)
    document.Root.OpenAction = action
    assert dangers(seen(document)) == found


def test_xfa_is_a_danger_and_its_text_is_read() -> None:
    document = paper(LINES)
    form = document.make_stream(f"<x><field>{MARK}</field></x>".encode())
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=form)
    contents = seen(document)
    assert dangers(contents) == {("pdf_xfa", False)}
    assert places(contents, MARK) == {"form"}


def test_only_a_password_for_reading_keeps_the_reader_out() -> None:
    document = paper(LINES)
    document.attachments["a.txt"] = pikepdf.AttachedFileSpec(document, MARK.encode(), filename="a.txt")
    owned = seen(document, encryption=pikepdf.Encryption(owner="chủ", user=""))
    assert places(owned, LINES) == {"body"}
    assert [item.content.decode() for item in owned.inner] == [MARK]
    assert seen(document, encryption=pikepdf.Encryption(owner="chủ", user="mở")).not_checked == {NotChecked.ENCRYPTED}


def test_a_bomb_in_an_attachment_is_not_inflated() -> None:
    document = paper(LINES)
    document.attachments["a"] = pikepdf.AttachedFileSpec(document, bytes(30 << 20), filename="a")
    contents = collect(read, saved(document), Budget(unpacked=1 << 20))
    assert contents.not_checked == {NotChecked.LIMIT}
    assert not contents.inner
