"""Everyday documents of an office, made by code, that speak of secrecy, honey, passwords and density: no findings.

All content is invented. Each text becomes a document of Word, a sheet, slides, a PDF's attachment or a plain text.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from docx import Document

from tests.pages.papers import SENTENCES
from tests.unit.sandbox.attachments.readers.documents import NAMESPACES, related, zipped

HEAD = (
    "ỦY BAN NHÂN DÂN TỈNH MẪU\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Số: 12/BC-UBND (GIẢ ĐỊNH)\tĐộc lập - Tự do - Hạnh phúc",
)
BODY = SENTENCES[:-1]
FOOT = ("Nơi nhận:\tTM. ỦY BAN NHÂN DÂN", "- Như trên;\tKT. CHỦ TỊCH", "- Lưu: VT.\tLò Văn Mẫu")

_FOLDER = Path(__file__).parent


def texts(section: str) -> list[str]:
    """Return the texts of a section of `everyday.txt`."""
    whole = (_FOLDER / "everyday.txt").read_text(encoding="utf-8")
    return whole.partition(f"## {section}\n")[2].partition("\n## ")[0].strip().split("\n\n")


def tables() -> list[list[list[str]]]:
    """Return the tables of `everyday_tables.tsv`, as rows of cells."""
    whole = (_FOLDER / "everyday_tables.tsv").read_text(encoding="utf-8")
    return [[row.split("\t") for row in table.split("\n")] for table in whole.strip().split("\n\n")]


def documents() -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the documents."""
    for number, text in enumerate(texts("rules")):
        yield f"quy-dinh-{number}.docx", _word(text.split("\n"), long=True)
        yield f"tap-huan-{number}.pptx", _slides(text.split("\n"))
    for number, text in enumerate(texts("papers")):
        yield f"van-ban-{number}.docx", _word(text.split("\n"), long=number % 2 == 0)
        if number % 3 == 0:
            yield f"van-ban-{number}.txt", "\n".join([*HEAD, text, *FOOT]).encode()
    for number, rows in enumerate(tables()):
        yield f"bang-{number}.xlsx", _sheet(rows, "Mật độ" if number == 2 else "Giá mật ong")
        yield f"bang-{number}.docx", _word_table(rows)
    yield (
        "bao-cao-dai.docx",
        _word([line for text in (*texts("rules"), *texts("papers")) for line in text.split("\n")], long=True),
    )


def close_documents() -> Iterator[tuple[str, bytes]]:
    """Yield documents whose texts are close to secrecy, one format each in turn."""
    for number, text in enumerate(texts("close")):
        lines = text.split("\n")
        yield f"gan-{number}.docx", _word(lines, long=False)
        yield f"gan-{number}.pptx", _slides(lines)


def _word(lines: list[str], *, long: bool) -> bytes:
    document, out = Document(), io.BytesIO()
    for line in (*HEAD, *lines, *(BODY * 12 if long else BODY[:2]), *FOOT):
        document.add_paragraph(line)
    document.sections[0].header.paragraphs[0].text = lines[0]
    document.core_properties.title = lines[0]
    document.save(out)
    return out.getvalue()


def _word_table(rows: list[list[str]]) -> bytes:
    document, out = Document(), io.BytesIO()
    for line in (*HEAD, *BODY[:2]):
        document.add_paragraph(line)
    table = document.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(out)
    return out.getvalue()


def _sheet(rows: list[list[str]], title: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet(title, 0)
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def _slides(lines: list[str]) -> bytes:
    members = {"[Content_Types].xml": "<Types/>"}
    numbers = range(1, len(lines) + 1)
    ids = "".join(f"<p:sldId r:id='rId{number}' id='{255 + number}'/>" for number in numbers)
    members["ppt/presentation.xml"] = f"<p:presentation {NAMESPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    slides = [("slide", f"slides/slide{number}.xml", False) for number in numbers]
    members["ppt/_rels/presentation.xml.rels"] = related(*slides)
    for number, line in zip(numbers, lines, strict=True):
        text = f"<p:txBody><a:p><a:r><a:t>{line}</a:t></a:r></a:p></p:txBody>"
        members[f"ppt/slides/slide{number}.xml"] = f"<p:sld {NAMESPACES}>{text}</p:sld>"
    return zipped(members)
