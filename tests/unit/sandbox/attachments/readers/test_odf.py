"""Everything in OpenDocument files is read."""

import pytest

from tests.unit.sandbox.attachments.readers.documents import compound, dangers, native, pages, places, zipped
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.readers.odf import read

MARK = "TÀI LIỆU GIẢ ĐỊNH"
KINDS = ("office", "text", "table", "draw", "svg", "presentation", "script", "style", "chart", "meta")
NAMESPACES = " ".join(f'xmlns:{kind}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for kind in KINDS) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def content(body: str, kind: str = "text") -> str:
    return document("content", f"<office:body><office:{kind}>{body}</office:{kind}></office:body>")


def document(kind: str, inner: str) -> str:
    return f"<office:document-{kind} {NAMESPACES}>{inner}</office:document-{kind}>"


def table(text: str, name: str = "") -> str:
    cell = f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"
    return f'<table:table table:name="{name}"><table:table-row>{cell}</table:table-row></table:table>'


def seen(body: str = "", kind: str = "text", **parts: str | bytes) -> Contents:
    members: dict[str, str | bytes] = {"mimetype": "x", "content.xml": content(body, kind)}
    members.update({name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()})
    return collect(read, zipped(members), Budget())


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (f"<text:p>{MARK}</text:p>", "body"),
        ("<text:p>TÀI<text:s/>LIỆU <text:span>GI</text:span>Ả ĐỊNH</text:p>", "body"),
        (table(MARK), "body"),
        (f"<text:p>a<office:annotation><text:p>{MARK}</text:p></office:annotation></text:p>", "comment"),
        (
            f"<text:p>a<text:note><text:note-body><text:p>{MARK}</text:p></text:note-body></text:note></text:p>",
            "footnote",
        ),
        (
            f"<text:p>a<draw:frame><draw:text-box><text:p>{MARK}</text:p></draw:text-box></draw:frame></text:p>",
            "text_box",
        ),
        (f"<draw:frame><svg:title>{MARK}</svg:title></draw:frame>", "alt_text"),
        (f"<draw:frame><svg:desc>{MARK}</svg:desc></draw:frame>", "alt_text"),
        (
            f"<text:tracked-changes><text:deletion><text:p>{MARK}</text:p></text:deletion></text:tracked-changes>",
            "deleted",
        ),
    ],
)
def test_every_place_of_a_text_is_read(body: str, place: str) -> None:
    assert places(seen(body), MARK) == {place}


def test_headers_properties_and_charts_are_read() -> None:
    header = f"<style:header><text:p>{MARK} đầu</text:p></style:header>"
    styles = document("styles", f"<style:master-page>{header}</style:master-page>")
    meta = document("meta", f"<office:meta><dc:title>{MARK} tên</dc:title></office:meta>")
    chart = content(f"<chart:title><text:p>{MARK} biểu đồ</text:p></chart:title>", "chart")
    contents = seen(styles_dot_xml=styles, meta_dot_xml=meta, **{"Object 1__content_dot_xml": chart})
    assert places(contents, f"{MARK} đầu") == {"header"}
    assert places(contents, f"{MARK} tên") == {"property"}
    assert places(contents, f"{MARK} biểu đồ") == {"alt_text"}


def test_sheets_and_slides_are_pages() -> None:
    sheets = seen(table("Một", "Trang một") + table(MARK, f"{MARK} hai"), "spreadsheet")
    assert pages(sheets, MARK) == {2}
    assert places(sheets, MARK) == {"body", "name"}
    box = f"<draw:frame><draw:text-box><text:p>{MARK}</text:p></draw:text-box></draw:frame>"
    notes = f"<presentation:notes>{box}</presentation:notes>"
    slides = seen(f"<draw:page/><draw:page>{notes}</draw:page>", "presentation")
    assert pages(slides, MARK) == {2}


def test_embedded_objects_come_out() -> None:
    contents = seen(Object_1=compound({"\x01Ole10Native": native("a.txt", MARK.encode())}))
    assert [item.content.decode() for item in contents.inner] == [MARK]


def test_macros_links_and_dde_are_found() -> None:
    shell = '<m>Sub AutoOpen\nShell("calc")\nEnd Sub</m>'
    assert dangers(seen(Basic__Standard__Module1_dot_xml=shell)) == {("macro", True)}
    assert not seen(**{"Basic/script-lc.xml": "<libraries/>"}).dangers
    assert dangers(seen(Scripts__python__a_dot_py="print(1)")) == {("macro", False)}
    remote = seen('<text:section><text:section-source xlink:href="https://mau.example/a.odt"/></text:section>')
    assert dangers(remote) == {("external_object", False)}
    assert remote.links == ["https://mau.example/a.odt"]
    dde = '<office:dde-source office:dde-application="cmd" office:dde-topic="/c calc"/>'
    assert dangers(seen(dde)) == {("dde", True)}


def test_an_encrypted_document_is_not_checked() -> None:
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    assert seen(**{"META-INF/manifest.xml": manifest}).not_checked == {NotChecked.ENCRYPTED}


def test_a_flat_document_is_read() -> None:
    assert places(collect(read, content(f"<text:p>{MARK}</text:p>").encode(), Budget()), MARK) == {"body"}
