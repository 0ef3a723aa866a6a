"""The letter against Nghị định 30/2020/NĐ-CP, Phụ lục I (the layout of administrative documents), point by point.

docs/bao-cao.md has the same points as a table.
"""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from tests.unit.sandbox.reports.papers import bad_paper
from zalo_governor.sandbox.reports.docx import document

TEMPLATE = Path(__file__).parents[4] / "config" / "bao-cao.docx"
CENTER, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


@pytest.fixture(scope="module")
def month() -> Document:
    return docx.Document(BytesIO(document(bad_paper(30), TEMPLATE)))


def paragraphs(letter: Document) -> list[Paragraph]:
    """All of them: of the letter itself and of its tables."""
    cells = (cell for table in letter.tables for row in table.rows for cell in row.cells)
    return [*letter.paragraphs, *(part for cell in cells for part in cell.paragraphs)]


def find(letter: Document, words: str) -> Paragraph:
    return next(part for part in paragraphs(letter) if part.text.startswith(words))


def look(part: Paragraph) -> tuple[float, bool, bool]:
    """Size in points, bold, italic; the same in the whole paragraph."""
    [look] = {
        (run.font.size.pt if run.font.size else 0, bool(run.bold), bool(run.italic)) for run in part.runs if run.text
    }
    return look


def test_paper_and_margins(month: Document) -> None:
    for section in month.sections:
        sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
        assert [round(side.mm) for side in sides if side] == [210, 297, 20, 20]
        assert section.left_margin
        assert section.right_margin
        assert (round(section.left_margin.mm), round(section.right_margin.mm)) == (30, 15)


def test_one_font_in_black(month: Document) -> None:
    runs = [run for part in paragraphs(month) for run in part.runs if run.text.strip()]
    assert {run.font.name for run in runs} == {"Times New Roman"}
    assert {run.font.color.rgb if run.font.color else None for run in runs} == {None}


@pytest.mark.parametrize(
    ("words", "size", "bold", "italic"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, True, False),
        ("ỦY BAN NHÂN DÂN TỈNH MẪU", 12, False, False),
        ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", 12, True, False),
        ("Số:          /BC-SKHCN", 13, False, False),
        ("Mẫu, ngày 24 tháng 11 năm 2026", 13, False, True),
        ("BÁO CÁO", 14, True, False),
        ("Tình hình hoạt động", 14, True, False),
        ("Kính gửi: Đồng chí Chủ tịch", 13, False, False),
        ("Theo khoản 2 Điều 6 Quy chế", 13, False, False),
        ("I. Hoạt động của Nhóm", 13, True, False),
        ("GIÁM ĐỐC", 14, True, False),
        ("Nguyễn Văn Mẫu", 14, True, False),
        ("Nơi nhận:", 12, True, True),
        ("- Như trên;", 11, False, False),
        ("- Lưu: VT.", 11, False, False),
        ("Phụ lục", 14, True, False),
        ("SỐ LIỆU CHI TIẾT", 14, True, False),
        ("(Kèm theo Báo cáo số          /BC-SKHCN ngày 24 tháng 11 năm 2026", 13, False, True),
    ],
)
def test_each_part_has_the_look_that_the_decree_gives_it(
    month: Document, words: str, size: float, bold: bool, italic: bool
) -> None:
    assert look(find(month, words)) == (size, bold, italic)


def test_lines_stand_below_motto_issuer_and_subject(month: Document) -> None:
    ruled = [part for part in paragraphs(month) if part._p.find(f".//{qn('w:pBdr')}") is not None]
    assert len(ruled) == 3


def test_the_text_is_justified_indented_and_spaced(month: Document) -> None:
    for section in bad_paper(30).body:
        for line in section.lines:
            part = find(month, line[:60])
            spacing = part.paragraph_format
            assert part.alignment == JUSTIFY
            assert spacing.first_line_indent
            assert spacing.space_after
            assert (round(spacing.first_line_indent.mm), spacing.space_after.pt, spacing.line_spacing) == (10, 6, 1.0)


def test_pages_are_numbered_above_the_text_but_for_the_first_and_the_appendix_begins_anew(month: Document) -> None:
    assert len(month.sections) == 2
    for section in month.sections:
        [number] = section.header.paragraphs
        assert number.alignment == CENTER
        assert "PAGE" in number._p.xml
        assert number.runs[0].font.size
        assert number.runs[0].font.size.pt == 14
        assert section.different_first_page_header_footer
        assert "PAGE" not in section.first_page_header._element.xml
        [numbering] = section._sectPr.findall(qn("w:pgNumType"))
        assert numbering.get(qn("w:start")) == "1"


def test_the_letter_points_to_its_appendix_which_a_days_letter_does_not_have(month: Document) -> None:
    assert any(part.text.startswith("Số liệu chi tiết tại Phụ lục kèm theo.") for part in month.paragraphs)
    day = docx.Document(BytesIO(document(bad_paper(1), TEMPLATE)))
    assert len(day.sections) == 1
    assert not [part for part in paragraphs(day) if "Phụ lục" in part.text]


def test_a_date_in_january_and_february_has_a_zero_before_the_month() -> None:
    early = bad_paper(30).made_at.replace(month=2, day=3)
    letter = docx.Document(BytesIO(document(bad_paper(30).model_copy(update={"made_at": early}), TEMPLATE)))
    assert find(letter, "Mẫu, ngày").text == "Mẫu, ngày 03 tháng 02 năm 2026"


@pytest.mark.parametrize(("days", "most"), [(1, 1), (7, 3), (30, 3)])
def test_the_letter_takes_a_page_for_a_day_and_three_at_most_before_the_appendix(
    tmp_path: Path, days: int, most: int
) -> None:
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice or poppler is not installed")
    (tmp_path / "a.docx").write_bytes(document(bad_paper(days), TEMPLATE))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    convert = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(convert, check=True, capture_output=True)
    text = subprocess.run(["pdftotext", str(tmp_path / "a.pdf"), "-"], check=True, capture_output=True).stdout.decode()
    pages = text.split("\f")[:-1]
    letter = next(
        (place for place, page in enumerate(pages) if re.search(r"^Phụ lục$", page, re.MULTILINE)), len(pages)
    )
    assert 1 <= letter <= most
    assert (letter == len(pages)) is (days == 1)
    assert "Nguyễn Văn Mẫu" in pages[letter - 1]
