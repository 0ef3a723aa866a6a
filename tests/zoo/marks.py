"""Documents with an invented mark of secrecy in one odd place each: name, content, level that has to be found."""

import io
from typing import NamedTuple

import openpyxl
import pikepdf
from docx import Document
from openpyxl.comments import Comment
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.unit.sandbox.attachments.readers.documents import (
    NAMESPACES,
    compound,
    docx,
    native,
    paragraph,
    related,
    zipped,
)
from tests.zoo import makers as make
from zalo_governor.simulator import samples

LINES = (
    "Tỉnh Mẫu tổng hợp số liệu giả định của các xã, gửi các đồng chí xem trước khi họp.",
    "Các xã rà soát đường nội đồng, báo số mét đã làm và số mét còn lại, kèm ảnh nơi thi công.",
    "Kinh phí lấy từ nguồn chi thường xuyên đã giao đầu năm, không phát sinh thêm ngoài dự toán.",
)
LEVEL = "Độ mật: Tuyệt mật"
SENTENCE = "Em gửi các đồng chí văn bản mật số 05/KH-GIẢ ĐỊNH để nghiên cứu trước"
HEADING = "TUYỆT MẬT\nKế hoạch GIẢ ĐỊNH năm 2026"


class Marked(NamedTuple):
    """A document with a mark."""

    name: str
    content: bytes
    level: str
    page: int | None = None


def _part(root: str, inner: str) -> str:
    return f"<{root} {NAMESPACES}>{inner}</{root}>"


def _word(mark: str = "", **parts: str | bytes) -> bytes:
    return docx("".join(paragraph(line) for line in LINES) + mark, **parts)


def _drawing(text: str) -> str:
    return f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"


def _text_box(text: str) -> str:
    return (
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
        f"{paragraph(text)}</w:txbxContent></wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>"
    )


def _table(text: str) -> str:
    cell = "<w:tc>{}</w:tc>"
    row = "<w:tr>" + cell.format(paragraph("Số 05/KH-GIẢ ĐỊNH")) + cell.format(paragraph(text)) + "</w:tr>"
    return f"<w:tbl>{row}</w:tbl>"


def _python_docx(place: str, text: str) -> bytes:
    document, out = Document(), io.BytesIO()
    for line in LINES:
        document.add_paragraph(line)
    section = document.sections[0]
    if place == "header":
        section.header.paragraphs[0].text = text
    elif place == "footer":
        section.footer.paragraphs[0].text = text
    elif place == "table":
        document.add_table(1, 2).cell(0, 1).text = text
    else:
        document.core_properties.keywords = text
    document.save(out)
    return out.getvalue()


def _workbook(place: str, text: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    first = book.active
    assert first is not None
    first.append(["Xã", "Số hộ"])
    first.append(["Mẫu", 12])
    if place == "name":
        book.create_sheet(text)
    elif place == "hidden":
        hidden = book.create_sheet("Phụ lục")
        hidden["A1"], hidden.sheet_state = text, "veryHidden"
    elif place == "hidden row":
        hidden = book.create_sheet("Phụ lục")
        hidden.append(text.split("\t"))
        hidden.sheet_state = "hidden"
    elif place == "comment":
        first["A2"].comment = Comment(text, "Mẫu")
    elif place == "header":
        assert first.oddHeader is not None
        first.oddHeader.center.text = text
    else:
        first["C3"] = text
    book.save(out)
    return out.getvalue()


def _slides(place: str, text: str) -> bytes:
    slide = _part("p:sld", "<p:txBody>{}</p:txBody>")
    members = {
        "[Content_Types].xml": "<Types/>",
        "ppt/presentation.xml": _part("p:presentation", "<p:sldIdLst><p:sldId r:id='rId1' id='256'/></p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": related(("slide", "slides/slide1.xml", False)),
        "ppt/slides/slide1.xml": slide.format(_drawing(LINES[0])),
        "ppt/slides/_rels/slide1.xml.rels": related(
            ("notesSlide", "../notesSlides/notesSlide1.xml", False), ("comments", "../comments/comment1.xml", False)
        ),
    }
    if place == "notes":
        members["ppt/notesSlides/notesSlide1.xml"] = slide.format(_drawing(text))
    elif place == "comment":
        members["ppt/comments/comment1.xml"] = _part("p:cmLst", f"<p:cm><p:text>{text}</p:text></p:cm>")
    else:
        members["ppt/slideMasters/slideMaster1.xml"] = slide.format(_drawing(text))
    return zipped(members)


def _open_document(kind: str, body: str) -> bytes:
    kinds = ("office", "text", "table", "draw", "svg", "presentation", "style", "meta")
    spaces = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in kinds)
    content = (
        f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    return make.zipped(
        {"mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(), "content.xml": content.encode()}, 0
    )


def _pdf(place: str, text: str) -> bytes:
    document, out = pikepdf.new(), io.BytesIO()
    font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number in range(2):
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        line = f"Trang {number + 1}: ban in thu cua tinh Mau, dung de thu nghiem doc tep"
        page.Contents = document.make_stream(f"BT /F1 12 Tf 50 700 Td ({line}) Tj ET".encode())
    if place == "outline":
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(text, 0))
    elif place == "annotation":
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Contents=String(text), Rect=Array([0, 0, 9, 9]))
        document.pages[1].Annots = Array([document.make_indirect(note)])
    elif place == "attachment":
        attached = pikepdf.AttachedFileSpec(document, text.encode(), filename="a.txt")
        document.attachments["a.txt"] = attached
    elif place == "property":
        document.docinfo["/Subject"] = text
    else:
        document.pages[1].contents_add(f"BT /F1 14 Tf 50 660 Td ({text}) Tj ET".encode())
    document.save(out)
    return out.getvalue()


def _tiff() -> bytes:
    """A fax of two pages, the second of which is stamped."""
    out = io.BytesIO()
    pages = [Image.open(io.BytesIO(make())).convert("RGB") for make in (samples.clean_picture, samples.stamped_photo)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="jpeg")
    return out.getvalue()


def _book(text: str) -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body>{lines}</body></html>"
    return make.zipped({"mimetype": b"application/epub+zip", "OEBPS/chuong-1.xhtml": page.encode()}, 0)


_QUOTED_CARD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:T=E1=BB=90I =\r\n"
    b"M=E1=BA=ACT\r\nEND:VCARD\r\n"
)


def _animated() -> bytes:
    """An animation whose second frame is stamped."""
    out = io.BytesIO()
    frames = [Image.open(io.BytesIO(make())).convert("RGB") for make in (samples.clean_picture, samples.stamped_photo)]
    frames[0].resize(frames[1].size).save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=False)
    return out.getvalue()


_NOTE = "<text:note><text:note-body><text:p>{}</text:p></text:note-body></text:note>"
_ANNOTATED = "<office:annotation><text:p>{}</text:p></office:annotation>"
ROWS = (
    Marked("than.docx", _word(paragraph(SENTENCE)), "mat"),
    Marked("tieu-de.docx", docx("".join(map(paragraph, [*HEADING.split("\n"), *LINES]))), "tuyet_mat"),
    Marked("dau-trang.docx", _word(word__header1_dot_xml=_part("w:hdr", paragraph("TỐI MẬT"))), "toi_mat"),
    Marked("dau-trang-2.docx", _word(word__header2_dot_xml=_part("w:hdr", paragraph("MẬT"))), "mat"),
    Marked("dau-trang-3.docx", _python_docx("header", LEVEL), "tuyet_mat"),
    Marked("chan-trang.docx", _python_docx("footer", "TỐI MẬT"), "toi_mat"),
    Marked("bang.docx", _word(_table("Độ mật: Tối mật")), "toi_mat"),
    Marked("bang-2.docx", _python_docx("table", "MẬT"), "mat"),
    Marked("khung.docx", _word(_text_box("MẬT")), "mat"),
    Marked("khung-2.docx", _word(_text_box("TUYỆT MẬT")), "tuyet_mat"),
    Marked("chu-thich.docx", _word(word__footnotes_dot_xml=_part("w:footnotes", paragraph(LEVEL))), "tuyet_mat"),
    Marked("nhan-xet.docx", _word(word__comments_dot_xml=_part("w:comments", paragraph(SENTENCE))), "mat"),
    Marked(
        "bieu-do.docx",
        _word(word__charts__chart1_dot_xml=_part("c:chartSpace", f"<c:title>{_drawing('TỐI MẬT')}</c:title>")),
        "toi_mat",
    ),
    Marked("thuoc-tinh.docx", _word(docProps__core_dot_xml="<x><subject>TỐI MẬT</subject></x>"), "toi_mat"),
    Marked("thuoc-tinh-2.docx", _python_docx("property", "Độ mật: Tối mật"), "toi_mat"),
    Marked(
        "thuoc-tinh-3.docx",
        _word(docProps__custom_dot_xml='<x><property name="Độ mật"><lpwstr>Tối mật</lpwstr></property></x>'),
        "toi_mat",
    ),
    Marked("mo-ta-anh.docx", _word('<w:p><w:r><w:drawing><wp:docPr descr="MẬT"/></w:drawing></w:r></w:p>'), "mat"),
    Marked("chu-an.docx", _word("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>TỐI MẬT</w:t></w:r></w:p>"), "toi_mat"),
    Marked("da-xoa.docx", _word("<w:p><w:del><w:r><w:delText>TUYỆT MẬT</w:delText></w:r></w:del></w:p>"), "tuyet_mat"),
    Marked("nhung.docx", _word(word__embeddings__Bang_dot_xlsx=_workbook("cell", "TỐI MẬT")), "toi_mat", 1),
    Marked(
        "nhung-2.docx",
        _word(word__embeddings__oleObject1_dot_bin=compound({"\x01Ole10Native": native("a.txt", SENTENCE.encode())})),
        "mat",
    ),
    Marked("anh-trong.docx", _word(word__media__image1_dot_jpg=samples.stamped_photo()), "mat"),
    Marked("o.xlsx", _workbook("cell", "Độ mật: Tối mật"), "toi_mat", 1),
    Marked("ten-trang.xlsx", _workbook("name", "TỐI MẬT"), "toi_mat"),
    Marked("trang-an.xlsx", _workbook("hidden", "TUYỆT MẬT"), "tuyet_mat", 2),
    Marked("ghi-chu.xlsx", _workbook("comment", SENTENCE), "mat", 1),
    Marked("dau-trang.xlsx", _workbook("header", "MẬT"), "mat", 1),
    Marked("ghi-chu.pptx", _slides("notes", "TỐI MẬT"), "toi_mat", 1),
    Marked("nhan-xet.pptx", _slides("comment", SENTENCE), "mat", 1),
    Marked("trang-chu.pptx", _slides("master", "MẬT"), "mat"),
    Marked("van-ban.odt", _open_document("text", f"<text:h>TỐI MẬT</text:h><text:p>{LINES[0]}</text:p>"), "toi_mat"),
    Marked("chu-thich.odt", _open_document("text", f"<text:p>{LINES[0]}{_NOTE.format(LEVEL)}</text:p>"), "tuyet_mat"),
    Marked("nhan-xet.odt", _open_document("text", f"<text:p>{LINES[0]}{_ANNOTATED.format(SENTENCE)}</text:p>"), "mat"),
    Marked("ten-trang.ods", _open_document("spreadsheet", '<table:table table:name="TỐI MẬT"/>'), "toi_mat", 1),
    Marked("chu.pdf", _pdf("text", "DO MAT: TUYET MAT"), "tuyet_mat", 2),
    Marked("muc-luc.pdf", _pdf("outline", "TỐI MẬT"), "toi_mat"),
    Marked("chu-thich.pdf", _pdf("annotation", SENTENCE), "mat", 2),
    Marked("dinh-kem.pdf", _pdf("attachment", HEADING), "tuyet_mat"),
    Marked("thuoc-tinh.pdf", _pdf("property", LEVEL), "tuyet_mat"),
    Marked("quet.pdf", samples.stamped_scan(), "mat", 1),
    Marked("fax.tif", _tiff(), "mat", 2),
    Marked("dong.webp", _animated(), "mat"),
    Marked("goi.zip", make.zipped({"a/b.docx": _word(paragraph(SENTENCE))}), "mat"),
    Marked("Cong van MAT so 5.zip", make.zipped({"Công văn MẬT số 05-GIẢ ĐỊNH.pdf": make.pdf()}), "mat"),
    Marked("thu.rtf", make.rtf("T\\u7888?I M\\u7852?T\\par Ke hoach gia dinh"), "toi_mat"),
    Marked("thu.eml", make.mail(f"\r\n{SENTENCE}\r\n"), "mat"),
    Marked("trang.html", f"<html><body><p>{SENTENCE}</p></body></html>".encode(), "mat"),
    Marked("lich.ics", f"BEGIN:VCALENDAR\r\nDESCRIPTION:{LEVEL}\r\nEND:VCALENDAR\r\n".encode(), "tuyet_mat"),
    Marked("danh-ba.vcf", "BEGIN:VCARD\r\nFN:Lò Mẫu\r\nNOTE:TỐI M\r\n ẬT\r\nEND:VCARD\r\n".encode(), "toi_mat"),
    Marked("danh-ba-2.vcf", _QUOTED_CARD, "toi_mat"),
    Marked("sach.epub", _book(HEADING), "tuyet_mat"),
    Marked("trang-an-2.xlsx", _workbook("hidden row", "Độ mật\tTối mật"), "toi_mat", 2),
    Marked("them-vao.docx", _word("<w:p><w:ins><w:r><w:t>Độ mật: Mật</w:t></w:r></w:ins></w:p>"), "mat"),
    Marked("sao-chup.txt", "Tài liệu này thuộc độ MẬT, không sao chụp".encode(), "mat"),
    Marked("cv mat so 12.pdf", make.pdf(), "mat"),
    Marked("ghi-chu.txt", HEADING.encode(), "tuyet_mat"),
    Marked("bang.csv", f"STT,Nội dung\n1,{SENTENCE}\n".encode(), "mat"),
)
