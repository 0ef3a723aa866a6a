"""Makes config/bao-cao.docx: the report in the layout of administrative papers (Nghị định 30/2020/NĐ-CP, Phụ lục I).

    $ .venv/bin/python docs/bao-cao/make_template.py

Equal bytes each time. An office edits the DOCX itself in Word; this script only says how the shipped one came about.
"""

import sys
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TEMPLATE = Path(__file__).parents[2] / "config" / "bao-cao.docx"
FONT = "Times New Roman"
BODY = 13
"""Points; the decree leaves 13 or 14 to the office."""
CENTER, JUSTIFY, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT

TABLES: list[tuple[str, list[tuple[str, list[int]]]]] = [
    ("cases", [("clauses", [37, 12, 14, 16, 16, 18, 15, 20, 17]), ("open", [15, 41, 47, 25, 37])]),
    ("activity", [("agencies", [105, 30, 30])]),
    ("members", [("members", [120, 45])]),
    ("changes", [("changes", [120, 45])]),
    (
        "directives",
        [
            ("directives", [23, 14, 15, 15, 14, 14, 14, 12, 15, 14, 15]),
            ("open_directives", [15, 34, 30, 30, 14, 14, 14, 14]),
        ],
    ),
    ("attachments", [("attachments", [120, 45])]),
    ("statements", [("statements", [53, 28, 28, 28, 28])]),
    ("voice", [("voice", [18, 34, 18, 42, 53])]),
    ("coverage", [("gaps", [40, 40, 25, 22, 38]), ("cannot", [45, 62, 58])]),
    ("proposal", [("proposal", [85, 80])]),
]
"""The appendix: section, and its tables: name, widths in mm. All rows are printed."""
NUMBERED = {"agencies", "clauses", "members", "changes", "directives", "attachments", "statements", "proposal"}
"""Tables whose columns after the first hold numbers."""


def main() -> None:
    """Write the template."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    dress_page(document.sections[0])

    letterhead(document)
    paragraph(document, "{{ ten_loai }}", CENTER, size=14, bold=True, before=12)
    paragraph(document, "{{ trich_yeu }}", CENTER, size=14, bold=True)
    rule(document.add_paragraph(), 58)
    paragraph(document, "Kính gửi: {{ kinh_gui }}", CENTER, before=6, after=6)
    body(document, "{{ mo_dau }}")
    tag(document, "{%p for dong in tom_tat %}")
    headline = body(document, "- {{ dong.ten }}: {{ dong.gia_tri }}.", bold=True)
    dress_run(headline.add_run("{% if dong.ghi_chu %} {{ dong.ghi_chu }}{% endif %}"), BODY)
    tag(document, "{%p endfor %}")
    tag(document, "{%p for muc_in in cac_muc %}")
    heading = body(document, "{{ muc_in.so }}. {{ muc_in.ten }}", bold=True)
    heading.paragraph_format.keep_with_next = True
    tag(document, "{%p for dong in muc_in.dong %}")
    body(document, "{{ dong }}")
    tag(document, "{%p endfor %}")
    tag(document, "{%p endfor %}")
    more = "{% if co_phu_luc %}Số liệu chi tiết tại Phụ lục kèm theo. {% endif %}{{ ghi_chu.rstrip('.') }}./."
    last = body(document, more, italic=True)
    last.paragraph_format.keep_with_next = last.paragraph_format.keep_together = True  # no signature stands alone
    signature(document)
    appendix(document)

    properties = document.core_properties
    properties.author, properties.comments, properties.title = "", "", "Báo cáo hoạt động của Nhóm"
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    TEMPLATE.write_bytes(steady(document))
    sys.stdout.write(f"{TEMPLATE}\n")


def dress_page(section: Section) -> None:
    """Paper, margins, page numbers. The first page has no number, and each appendix begins with page 1."""
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.start_type = WD_SECTION.NEW_PAGE
    section.different_first_page_header_footer = True
    section.header_distance = Mm(10)
    section.footer_distance = Mm(8)
    if section._sectPr.find(qn("w:pgNumType")) is None:  # a new section is a copy of the one before
        numbering = OxmlElement("w:pgNumType")
        numbering.set(qn("w:start"), "1")
        section._sectPr.find(qn("w:cols")).addprevious(numbering)  # Word insists on the order of the elements
    for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
        part.is_linked_to_previous = False
    page_number(section.header.paragraphs[0])
    for foot in (section.footer, section.first_page_footer):
        dress(foot.paragraphs[0], "{{ dau_kiem }}", LEFT, 8)


def appendix(document: Document) -> None:
    """The tables, on pages of their own; nothing at all in the report on a single day."""
    tag(document, "{%p if co_phu_luc %}")
    # The page setup of the letter; without it the letter takes that of the appendix, which is the same.
    dress_page(document.add_section(WD_SECTION.NEW_PAGE))
    dress(document.paragraphs[-1], "", LEFT, 1)
    paragraph(document, "Phụ lục", CENTER, size=14, bold=True)
    paragraph(document, "SỐ LIỆU CHI TIẾT", CENTER, size=14, bold=True)
    date = "ngày {{ ngay }} tháng {{ thang }} năm {{ nam }}"
    belongs = f"(Kèm theo Báo cáo số          /BC-{{{{ ky_hieu }}}} {date} của {{{{ co_quan }}}})"
    paragraph(document, belongs, CENTER, italic=True, after=6)
    for key, tables in TABLES:
        for name, widths in tables:
            table(document, name, widths)
        tag(document, f"{{%p if {' or '.join(f'bang.{name}.hang' for name, _ in tables)} %}}")
        tag(document, f"{{%p for dong in muc.{key}.ghi_chu %}}")
        body(document, "{{ dong }}", italic=True, size=12)
        tag(document, "{%p endfor %}")
        tag(document, "{%p endif %}")
    tag(document, "{%p endif %}")


def letterhead(document: Document) -> None:
    """Issuing body on the left; Quốc hiệu, Tiêu ngữ, place and date on the right."""
    head = bare_table(document, [70, 95])
    left, right = head.rows[0].cells
    line(left, "{{ co_quan_cap_tren|upper }}", size=12)
    line(left, "{{ co_quan|upper }}", size=12, bold=True)
    rule(left.add_paragraph(), 24)
    line(left, "Số:          /BC-{{ ky_hieu }}", size=13, before=6)
    line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    line(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    rule(right.add_paragraph(), 18)
    line(right, "{{ dia_danh }}, ngày {{ ngay }} tháng {{ thang }} năm {{ nam }}", size=13, italic=True, before=6)


def signature(document: Document) -> None:
    """Nơi nhận on the left, title and name on the right; number and signature are added by hand."""
    foot = bare_table(document, [82, 83])
    keep_together(foot)
    left, right = foot.rows[0].cells
    line(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT)
    tag(left, "{%p for noi in noi_nhan %}", size=11)
    line(left, "- {{ noi }};", size=11, align=LEFT)
    tag(left, "{%p endfor %}", size=11)
    line(left, "- Lưu: VT.", size=11, align=LEFT)
    line(right, "{{ chuc_vu_ky|upper }}", size=14, bold=True)
    for _ in range(3):
        line(right, "", size=14)
    line(right, "{{ ho_ten_ky }}", size=14, bold=True)


def table(document: Document, name: str, widths: list[int]) -> None:
    """A table of the report, with its title; nothing at all where it has no rows."""
    tag(document, f"{{%p if bang.{name}.hang %}}")
    title = paragraph(document, f"{{{{ bang.{name}.ten }}}}", CENTER, size=13, bold=True, before=6, after=3)
    title.paragraph_format.keep_with_next = True
    made = document.add_table(rows=4, cols=len(widths))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for place, width in enumerate(widths):
        made.columns[place].width = Mm(width)
        for row in made.rows:
            row.cells[place].width = Mm(width)
        fill(made.rows[0].cells[place], f"{{{{ bang.{name}.cot[{place}] }}}}", bold=True)
        worded = place == 0 or min(widths) > 30 or name in {"open", "voice", "open_directives"}
        number = name in NUMBERED and place > 0
        fill(made.rows[2].cells[place], f"{{{{ hang[{place}] }}}}", align=CENTER if number or not worded else LEFT)
    fill(made.rows[1].cells[0], f"{{%tr for hang in bang.{name}.hang %}}")
    fill(made.rows[3].cells[0], "{%tr endfor %}")
    repeat_heading(made)
    paragraph(document, "", LEFT, size=6)
    tag(document, "{%p endif %}")


def body(document: Document, text: str, *, bold: bool = False, italic: bool = False, size: float = BODY) -> Paragraph:
    """A paragraph of the text itself."""
    made = paragraph(document, text, JUSTIFY, size=size, bold=bold, italic=italic, after=6)
    made.paragraph_format.first_line_indent = Mm(10)
    made.paragraph_format.line_spacing = 1.0
    return made


def paragraph(
    document: Document,
    text: str,
    align: WD_ALIGN_PARAGRAPH,
    *,
    size: float = BODY,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    """A paragraph in one look."""
    made = document.add_paragraph()
    dress(made, text, align, size, bold=bold, italic=italic, before=before, after=after)
    return made


def line(
    cell: _Cell,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    align: WD_ALIGN_PARAGRAPH = CENTER,
) -> None:
    """A paragraph in a cell; the first one takes the empty one that is there."""
    empty = len(cell.paragraphs) == 1 and not cell.paragraphs[0].runs
    made = cell.paragraphs[0] if empty else cell.add_paragraph()
    dress(made, text, align, size, bold=bold, italic=italic, before=before)


def fill(cell: _Cell, text: str, *, bold: bool = False, align: WD_ALIGN_PARAGRAPH = CENTER) -> None:
    """The only paragraph of a cell of a table."""
    dress(cell.paragraphs[0], text, align, 12, bold=bold, before=1, after=1)


def tag(place: Document | _Cell, text: str, size: float = 14) -> None:
    """A paragraph that only steers the filling in; it is gone afterwards."""
    dress(place.add_paragraph(), text, LEFT, size)


def dress(
    made: Paragraph,
    text: str,
    align: WD_ALIGN_PARAGRAPH,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    before: float = 0,
    after: float = 0,
) -> None:
    """Text and look of a paragraph."""
    dress_run(made.add_run(text), size, bold=bold, italic=italic)
    made.alignment = align
    made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(before), Pt(after)


def dress_run(run: Run, size: float, *, bold: bool = False, italic: bool = False) -> None:
    """Look of a part of a paragraph."""
    run.font.name, run.font.size, run.bold, run.italic = FONT, Pt(size), bold, italic


def rule(made: Paragraph, indent: int) -> None:
    """A line across the middle, so many mm away from both sides."""
    dress(made, "", CENTER, 2)
    made.paragraph_format.left_indent = made.paragraph_format.right_indent = Mm(indent)
    made.paragraph_format.line_spacing = Pt(3)
    borders = OxmlElement("w:pBdr")
    border = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)
    made._p.get_or_add_pPr().append(borders)


def bare_table(document: Document, widths: list[int]) -> Table:
    """One row without borders."""
    made = document.add_table(rows=1, cols=len(widths))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for place, width in enumerate(widths):
        made.columns[place].width = made.rows[0].cells[place].width = Mm(width)
    return made


def repeat_heading(made: Table) -> None:
    """The headings stand again on the next page, and no row is torn."""
    for row in made.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_together(made: Table) -> None:
    """The row is not torn by the end of a page."""
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def page_number(made: Paragraph) -> None:
    """In the middle of the upper margin, but not on the first page."""
    made.alignment = CENTER
    run = made.add_run()
    run.font.name, run.font.size = FONT, Pt(14)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            part.text = text
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def steady(document: Document) -> bytes:
    """The file with one fixed time for all its parts."""
    raw, out = BytesIO(), BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for item in made.infolist():
            kept = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
            kept.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(kept, made.read(item))
    return out.getvalue()


if __name__ == "__main__":
    main()
