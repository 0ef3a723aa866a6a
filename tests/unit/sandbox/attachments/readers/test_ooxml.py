"""Everything in Word, Excel and PowerPoint documents is read, wherever somebody put it."""

import io
import struct

import openpyxl
import pytest
from docx import Document
from openpyxl.comments import Comment
from PIL import Image

from tests.unit.sandbox.attachments.readers.documents import (
    NAMESPACES,
    compound,
    dangers,
    docx,
    native,
    pages,
    paragraph,
    places,
    related,
    zipped,
)
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.readers.ooxml import read

MARK = "TÀI LIỆU GIẢ ĐỊNH"
TEXT_BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
    + paragraph(MARK, " trong khung")
    + "</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
    + paragraph(MARK, " trong khung")
    + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)


def seen(content: bytes) -> Contents:
    return collect(read, content, Budget())


def part(root: str, inner: str) -> str:
    return f"<{root} {NAMESPACES}>{inner}</{root}>"


def test_a_word_split_over_runs_is_read_whole() -> None:
    assert places(seen(docx(paragraph("TÀI LIỆU G", "IẢ ", "ĐỊNH"))), MARK) == {"body"}


def test_cells_are_parted_by_tabs_and_rows_by_lines() -> None:
    cell = "<w:tc>{}</w:tc>"
    row = "<w:tr>" + cell.format(paragraph("Số")) + cell.format(paragraph(MARK)) + "</w:tr>"
    assert seen(docx(f"<w:tbl>{row}{row}</w:tbl>")).texts[0].text == f"Số\t{MARK}\t\nSố\t{MARK}"


def test_a_text_box_counts_once_though_it_stands_twice() -> None:
    contents = seen(docx(TEXT_BOX))
    assert [part.place for part in contents.texts if MARK in part.text] == ["text_box"]


def test_a_fallback_of_its_own_is_read() -> None:
    body = TEXT_BOX.replace(MARK, "Lịch họp", 1)
    assert places(seen(docx(body)), MARK) == {"text_box"}


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("word__header1_dot_xml", part("w:hdr", paragraph(MARK)), "header"),
        ("word__footer2_dot_xml", part("w:ftr", paragraph(MARK)), "header"),
        ("word__footnotes_dot_xml", part("w:footnotes", f"<w:footnote>{paragraph(MARK)}</w:footnote>"), "footnote"),
        ("word__endnotes_dot_xml", part("w:endnotes", f"<w:endnote>{paragraph(MARK)}</w:endnote>"), "footnote"),
        ("word__comments_dot_xml", part("w:comments", f"<w:comment>{paragraph(MARK)}</w:comment>"), "comment"),
        ("word__charts__chart1_dot_xml", part("c:chartSpace", f"<a:p><a:r><a:t>{MARK}</a:t></a:r></a:p>"), "chart"),
        ("word__charts__chart2_dot_xml", part("c:chartSpace", f"<c:pt><c:v>{MARK}</c:v></c:pt>"), "chart"),
        ("word__diagrams__data1_dot_xml", part("dgm:dataModel", f"<a:p><a:r><a:t>{MARK}</a:t></a:r></a:p>"), "diagram"),
        ("docProps__core_dot_xml", f"<x><title>{MARK}</title></x>", "property"),
        ("docProps__app_dot_xml", f"<x><Company>{MARK}</Company></x>", "property"),
        ("docProps__custom_dot_xml", f'<x><property name="Độ"><lpwstr>{MARK}</lpwstr></property></x>', "property"),
        ("customXml__item1_dot_xml", f"<x>{MARK}</x>", "property"),
        ("word__glossary__document_dot_xml", part("w:glossaryDocument", paragraph(MARK)), "body"),
        ("nowhere__hidden_dot_xml", part("w:document", paragraph(MARK)), "body"),
    ],
)
def test_every_part_of_a_word_document_is_read(name: str, content: str, place: str) -> None:
    contents = seen(docx(**{name: content}))
    assert places(contents, MARK) == {place}
    assert not contents.not_checked


@pytest.mark.parametrize(
    "body",
    [
        f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{MARK}</w:t></w:r></w:p>",
        f"<w:p><w:del><w:r><w:delText>{MARK}</w:delText></w:r></w:del></w:p>",
        f"<w:p><w:sdt><w:sdtContent><w:r><w:t>{MARK}</w:t></w:r></w:sdtContent></w:sdt></w:p>",
        f'<w:p><w:r><w:drawing><wp:docPr descr="{MARK}"/></w:drawing></w:r></w:p>',
        f'<w:p><w:r><w:pict><v:shape alt="Dấu"><v:textpath string="{MARK}"/></v:shape></w:pict></w:r></w:p>',
        f'<w:p><w:fldSimple w:instr="TITLE {MARK}"/></w:p>',
        f"<w:p><w:r><w:instrText>QUOTE TÀI </w:instrText></w:r><w:r><w:instrText>{MARK[4:]}</w:instrText></w:r></w:p>",
    ],
)
def test_hidden_deleted_and_descriptive_text_is_read(body: str) -> None:
    assert places(seen(docx(body)), MARK)


def test_a_document_of_python_docx_is_read() -> None:
    document = Document()
    document.add_paragraph(MARK)
    document.sections[0].header.paragraphs[0].text = f"{MARK} đầu trang"
    document.core_properties.subject = f"{MARK} chủ đề"
    out = io.BytesIO()
    document.save(out)
    contents = seen(out.getvalue())
    assert places(contents, MARK) == {"body", "header", "property"}
    assert not contents.not_checked
    assert not contents.dangers


def test_embedded_files_and_pictures_come_out() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "PNG")
    inner = docx(paragraph(MARK))
    contents = seen(
        docx(
            word__media__image1_dot_png=picture.getvalue(),
            word__embeddings__Book_dot_xlsx=inner,
            word__embeddings__oleObject1_dot_bin=compound({"\x01Ole10Native": native("thư.txt", MARK.encode())}),
        )
    )
    assert [item.content for item in contents.pictures] == [picture.getvalue()]
    assert {item.name: item.content for item in contents.inner}["book.xlsx"] == inner
    assert MARK.encode() in {item.content for item in contents.inner}


def test_links_are_no_dangers() -> None:
    relationships = related(
        ("hyperlink", "https://mau.example/a", True), ("attachedTemplate", "file:///C:\\m.dotm", True)
    )
    contents = seen(docx(word___rels__document_dot_xml_dot_rels=relationships))
    assert contents.links[0] == "https://mau.example/a"
    assert not contents.dangers


@pytest.mark.parametrize(
    ("kind", "target", "danger"),
    [
        ("attachedTemplate", "http://mau.example/t.dotm", ("remote_template", True)),
        ("attachedTemplate", "\\\\tepmau\\chung\\t.dotm", ("remote_template", False)),
        ("attachedTemplate", "file://tepmau/chung/t.dotm", ("remote_template", False)),
        ("oleObject", "mhtml:http://mau.example/x!x-usc:http://mau.example/x", ("external_object", True)),
        ("frame", "http://mau.example/f.htm", ("external_object", False)),
        ("image", "\\\\tepmau\\anh.png", ("external_object", False)),
    ],
)
def test_what_office_loads_from_elsewhere_is_a_danger(kind: str, target: str, danger: tuple[str, bool]) -> None:
    contents = seen(docx(word___rels__settings_dot_xml_dot_rels=related((kind, target, True))))
    assert dangers(contents) == {danger}
    assert contents.links == [target]


@pytest.mark.parametrize(
    ("code", "certain"),
    [('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"', True), ("DDE Excel Bang1 R1C1", False)],
)
def test_a_dde_field_is_a_danger(code: str, certain: bool) -> None:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in (code[:3], code[3:]))
    assert dangers(seen(docx(f"<w:p>{runs}</w:p>"))) == {("dde", certain)}


def test_macros_and_controls_are_dangers() -> None:
    project = compound({"VBA/dir": b"broken", "VBA/_VBA_PROJECT": b"\xcc\x61", "PROJECT": b"ID=x"})
    contents = seen(docx(word__vbaProject_dot_bin=project, word__activeX__activeX1_dot_xml="<ocx/>"))
    assert dangers(contents) == {("macro", False), ("activex", False)}


def vba(code: str) -> bytes:
    """Return a project with one module, compressed without repetitions ([MS-OVBA] 2.4.1).

    Comments make it longer than a sector, as the compound file is padded with zeros else.
    """
    code += "\n" + "' x\n" * 1000
    module = b"\x01"
    for begin in range(0, len(code), 2000):
        chunk = code[begin : begin + 2000].encode()
        raw = b"".join(b"\0" + chunk[at : at + 8] for at in range(0, len(chunk), 8))
        module += ((len(raw) - 1) | 0xB000).to_bytes(2, "little") + raw
    return compound({"VBA/Module1": module, "VBA/_VBA_PROJECT": b"\xcc\x61", "PROJECT": b"ID=x"})


@pytest.mark.parametrize(
    ("code", "certain"),
    [
        ('Sub AutoOpen()\nShell "calc.exe"\nEnd Sub', True),
        ('Sub Document_Open()\nx = "https://mau.example/a"\nEnd Sub', False),
        ('Sub Button1()\nShell "calc.exe"\nEnd Sub', False),
    ],
)
def test_a_macro_that_starts_by_itself_and_runs_something_is_certain(code: str, certain: bool) -> None:
    contents = seen(docx(word__vbaProject_dot_bin=vba(f'Attribute VB_Name = "M"\n{code}')))
    assert dangers(contents) == {("macro", certain)}
    assert contents.links == (["https://mau.example/a"] if "https" in code else [])


def workbook() -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Tổng hợp"
    first["A1"] = "Đơn vị"
    first["B1"] = "Số"
    first["B2"] = 12.5
    first["A2"].comment = Comment(f"{MARK} nhận xét", "Mẫu")
    assert first.oddHeader is not None
    first.oddHeader.center.text = f"{MARK} đầu trang"
    hidden = book.create_sheet(f"{MARK}")
    hidden["A1"] = f"{MARK} trang ẩn"
    hidden.sheet_state = "veryHidden"
    hidden["A2"] = '=HYPERLINK("https://mau.example/x","mở")'
    book.defined_names["X"] = openpyxl.workbook.defined_name.DefinedName("X", attr_text='"' + MARK + ' tên"')
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_everything_in_a_workbook_is_read() -> None:
    contents = seen(workbook())
    assert places(contents, MARK) == {"body", "comment", "header", "name"}
    assert pages(contents, f"{MARK} trang ẩn") == {2}
    assert pages(contents, f"{MARK} nhận xét") == {1}
    assert "Đơn vị\tSố" in next(part.text for part in contents.texts if part.page == 1 and part.place == "body")
    assert "https://mau.example/x" in contents.links
    assert not contents.not_checked


def test_odd_places_of_a_workbook_are_read() -> None:
    contents = seen(
        zipped(
            {
                "xl/workbook.xml": f'<workbook xmlns:r="{"x"}"><sheets><sheet name="{MARK} 1"/></sheets></workbook>',
                "xl/sharedStrings.xml": f"<sst><si><r><t>TÀI LIỆU </t></r><r><t>{MARK[9:]} 2</t></r></si></sst>",
                "xl/worksheets/sheet1.xml": f'<s><row><c t="inlineStr"><is><t>{MARK} 3</t></is></c></row></s>',
                "xl/worksheets/sheet2.xml": f'<s><row><c t="str"><f>A1</f><v>{MARK} 4</v></c></row></s>',
                "xl/threadedComments/threadedComment1.xml": f"<x><comment><text>{MARK} 5</text></comment></x>",
                "xl/drawings/drawing1.xml": f"<x><txBody><p><r><t>{MARK} 6</t></r></p></txBody></x>",
                "xl/pivotCache/pivotCacheDefinition1.xml": f'<x><sharedItems><s v="{MARK} 7"/></sharedItems></x>',
                "xl/charts/chart1.xml": f"<x><title><p><r><t>{MARK} 8</t></r></p></title></x>",
                "xl/styles.xml": f"<x><numFmts><numFmt formatCode='\"{MARK} 9\"0'/></numFmts></x>",
            }
        )
    )
    for number in range(1, 10):
        assert places(contents, f"{MARK} {number}"), number


def test_a_workbook_that_calls_a_program_is_a_danger() -> None:
    link = "<externalLink><ddeLink ddeService='cmd' ddeTopic='/c calc'/></externalLink>"
    assert dangers(seen(zipped({"xl/externalLinks/externalLink1.xml": link}))) == {("dde", True)}


def test_excel_4_macros_are_dangers() -> None:
    sheet = '<s><row><c><f>EXEC("calc")</f></c></row></s>'
    assert dangers(seen(zipped({"xl/macrosheets/sheet1.xml": sheet}))) == {("macro", True)}
    assert not seen(zipped({"xl/worksheets/sheet1.xml": sheet})).dangers


def test_slides_notes_and_comments_are_read_with_the_slide_number() -> None:
    slide = part("p:sld", "<p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody>")
    contents = seen(
        zipped(
            {
                "ppt/presentation.xml": part(
                    "p:presentation",
                    "<p:sldIdLst><p:sldId id='256' r:id='rId2'/><p:sldId r:id='rId1' id='257'/></p:sldIdLst>",
                ),
                "ppt/_rels/presentation.xml.rels": related(
                    ("slide", "slides/slide1.xml", False), ("slide", "slides/slide2.xml", False)
                ),
                "ppt/slides/slide1.xml": slide.format("Trang sau"),
                "ppt/slides/slide2.xml": slide.format("Trang trước").replace("<p:sld ", '<p:sld show="0" '),
                "ppt/slides/_rels/slide1.xml.rels": related(
                    ("notesSlide", "../notesSlides/notesSlide9.xml", False),
                    ("comments", "../comments/comment1.xml", False),
                ),
                "ppt/notesSlides/notesSlide9.xml": slide.format(f"{MARK} ghi chú"),
                "ppt/comments/comment1.xml": part("p:cmLst", f"<p:cm><p:text>{MARK} nhận xét</p:text></p:cm>"),
                "ppt/slideMasters/slideMaster1.xml": slide.format(f"{MARK} mẫu"),
            }
        )
    )
    assert pages(contents, "Trang trước") == {1}
    assert pages(contents, "Trang sau") == {2}
    assert pages(contents, f"{MARK} ghi chú") == {2}
    assert places(contents, f"{MARK} nhận xét") == {"comment"}
    assert pages(contents, f"{MARK} nhận xét") == {2}
    assert pages(contents, f"{MARK} mẫu") == {None}


def test_a_row_of_a_slides_table_stays_together() -> None:
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    slide = part("p:sld", "<a:tbl><a:tr>" + cell.format("Tỉnh") + cell.format("Mẫu") + "</a:tr></a:tbl>")
    assert seen(zipped({"ppt/slides/slide1.xml": slide})).texts[0].text == "Tỉnh\tMẫu"


def test_an_action_that_starts_a_program_is_a_danger() -> None:
    slide = part("p:sld", '<a:hlinkClick action="ppaction://program"/>')
    assert dangers(seen(zipped({"ppt/slides/slide1.xml": slide}))) == {("external_object", True)}


def test_a_member_with_a_password_is_not_checked() -> None:
    content = bytearray(docx(paragraph(MARK)))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.rfind(signature)
        content[at + offset] |= 1
    assert NotChecked.ENCRYPTED in seen(bytes(content)).not_checked


def test_strings_of_a_binary_workbook_are_read() -> None:
    def record(kind: bytes, body: bytes) -> bytes:
        return kind + bytes([len(body)]) + body

    def text(words: str) -> bytes:
        return len(words).to_bytes(4, "little") + words.encode("utf-16-le")

    contents = seen(
        zipped(
            {
                "xl/sharedStrings.bin": record(b"\x13", b"\0" + text(f"{MARK} một")),
                "xl/worksheets/sheet1.bin": record(b"\x06", bytes(8) + text(f"{MARK} hai")),
                "xl/comments1.bin": record(b"\xfd\x04", b"\0" + text(f"{MARK} ba")),
                "xl/workbook.bin": record(b"\x9c\x01", bytes(8) + text("rId1") + text(f"{MARK} bốn")),
                "xl/externalLinks/externalLink1.bin": record(b"\xe8\x02", b"\1\0" + text("cmd") + text("/c calc")),
            }
        )
    )
    found = {words: places(contents, f"{MARK} {words}") for words in ("một", "hai", "ba", "bốn")}
    assert found == {"một": {"body"}, "hai": {"body"}, "ba": {"comment"}, "bốn": {"name"}}
    assert dangers(contents) == {("dde", True)}


def test_a_drawing_for_the_preview_is_read() -> None:
    words = MARK.encode("utf-16-le")
    line = (
        struct.pack("<II", 84, 76 + len(words))
        + bytes(28)
        + struct.pack("<iiII", 0, 0, len(MARK), 76)
        + bytes(24)
        + words
    )
    metafile = struct.pack("<II", 1, 108) + bytes(32) + b" EMF" + bytes(64) + line
    assert places(seen(docx(word__media__image1_dot_emf=metafile)), MARK) == {"picture"}
