"""The faces of the report, read back: each says what the figures say, and nothing that a program would run."""

import re
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.sandbox.reports.papers import FORMULA, SHIPPED_VOICE, SUGGESTED, VOICE, bad, bad_paper, paper, report
from zalo_governor.domain.directive_figures import AgencyAnswers
from zalo_governor.domain.documents import ReportDocument, ReportFormat, Table
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.features.reports.document.document import file_of, paper_of
from zalo_governor.features.reports.summary import Codes, headlines
from zalo_governor.features.reports.text import render_text
from zalo_governor.messaging.formatter import number
from zalo_governor.sandbox.reports.docx import document
from zalo_governor.sandbox.reports.png import MOST_HEIGHT, WIDTH, page_of, picture
from zalo_governor.sandbox.reports.xlsx import workbook

TEMPLATE = Path(__file__).parents[4] / "config" / "bao-cao.docx"
IN_DOCX = {
    "agencies", "clauses", "open", "members", "changes", "directives", "open_directives", "attachments", "statements",
    "voice", "gaps", "cannot", "proposal",
}  # fmt: skip
"""Tables of the shipped template; the others are in the workbook alone."""


def shown(cell: str | int) -> str:
    return cell if isinstance(cell, str) else number(cell)


def read_docx(content: bytes) -> tuple[str, list[list[list[str]]]]:
    """Its text, and its tables."""
    file = docx.Document(BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in file.tables]
    feet = [*file.sections[0].footer.paragraphs, *file.sections[0].first_page_footer.paragraphs]
    text = "\n".join(paragraph.text for paragraph in (*file.paragraphs, *feet))
    return text + "\n".join(cell for table in tables for row in table for cell in row), tables


def table_of(made: ReportDocument, key: str) -> Table:
    return next(table for table in made.tables if table.key == key)


def test_the_docx_has_every_sentence_and_table_of_the_paper() -> None:
    made = paper()
    text, tables = read_docx(document(made, TEMPLATE))
    for numeral, section in zip(("I", "II", "III", "IV", "V", "VI"), made.body, strict=False):
        assert f"{numeral}. {section.title}" in text
        assert all(line in text for line in section.lines)
    for line in made.headlines:
        assert f"{line.name}: {line.value}." in text
        assert line.note in text
    for key in IN_DOCX:
        table = table_of(made, key)
        if not table.rows:
            assert table.title not in text
            continue
        expected = [list(table.columns), *([shown(cell) for cell in row] for row in table.rows)]
        assert expected in tables
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND TỈNH MẪU", "SỞ MẪU",
        "Mẫu, ngày 24 tháng 11 năm 2026", "Kính gửi: Đồng chí Trưởng nhóm", "Nơi nhận:", "GIÁM ĐỐC", made.trace,
    ):  # fmt: skip
        assert part in text
    assert "{" not in text


def test_the_workbook_has_every_table_with_numbers_as_numbers() -> None:
    made = paper()
    content = workbook(made)
    book = load_workbook(BytesIO(content))
    filled = [table for table in made.tables if table.rows]
    assert book.sheetnames == ["Tóm tắt", *(table.sheet for table in filled)]
    for table in filled:
        sheet = book[table.sheet]
        rows = [[as_words(cell) for cell in row] for row in sheet.iter_rows()]
        # A cell that holds "" is empty when it is read.
        assert rows == [list(table.columns), *([cell if cell != "" else None for cell in row] for row in table.rows)]
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert (sheet.page_setup.fitToWidth, fits(sheet)) == (1, True)
    assert book["Theo ngày"]["A2"].value == datetime(2026, 11, 1)  # noqa: DTZ001 - as XLSX has it
    assert book["Đang xử lý"]["E2"].is_date
    assert book["Gián đoạn"]["A2"].value == datetime(2026, 11, 24, 13, 5)  # noqa: DTZ001
    charts = [name for name in zipfile.ZipFile(BytesIO(content)).namelist() if name.startswith("xl/charts/chart")]
    assert 0 < len(charts) == sum(table.worth_drawing for table in made.tables)
    assert 2880 in {cell.value for row in book["Tóm tắt"].iter_rows() for cell in row}
    summary = [cell.value for row in book["Tóm tắt"].iter_rows() for cell in row if cell.value]
    assert {line for section in made.sections for line in section.lines} <= set(summary)


def fits(sheet: Worksheet) -> bool:
    return bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage)


def as_words(cell: Any) -> object:
    """A date as the paper writes it; a day of its own comes back from XLSX as its midnight."""
    value = cell.value
    if isinstance(value, datetime):
        time = f"{value.hour} giờ {value:%M} phút ngày " if value.hour or value.minute else ""
        return f"{time}{value:%d/%m/%Y}"
    return f"{value:.0%}" if cell.number_format == "0%" else value


def test_a_days_workbook_prints_on_three_pages_and_each_of_its_tables_has_filters() -> None:
    made = bad_paper(1)
    book = load_workbook(BytesIO(workbook(made)))
    assert book.sheetnames == ["Tóm tắt", "Số liệu"]
    assert all(fits(sheet) for sheet in book.worksheets)
    assert sum(sheet.page_setup.fitToHeight or 99 for sheet in book.worksheets) <= 3
    filtered = {str(table.ref) for table in book["Số liệu"].tables.values()}
    filled = [table for table in made.tables if table.rows]
    assert len(filtered) == len(filled) > 5
    said = [cell.value for row in book["Số liệu"].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert all(table.title in said and set(table.columns) <= set(said) for table in filled)


def test_what_members_wrote_to_the_office_stands_in_the_desks_paper_alone() -> None:
    for words in (True, False):
        made = paper(words=words)
        incident, suggestion = table_of(made, "voice").rows
        assert (incident[0], incident[2], suggestion[0], suggestion[2]) == ("SC-1", "sự cố", "GY-1", "góp ý")
        assert "24/11/2026" in str(incident[1])
        printed = read_docx(document(made, TEMPLATE))[0] + made.model_dump_json()
        for said in ("Từ sáng máy không nhận được tin", SUGGESTED):
            assert (said in printed) is words
        assert ("do Quản trị Nhóm tổng hợp" in printed) is not words
        assert table_of(made, "proposal").rows[-1][1] == "1 (GY-1)"


def test_a_report_queued_by_an_earlier_version_is_printed_in_full() -> None:
    made = paper()
    old = made.model_dump(mode="json", exclude={"headlines", "body", "of_one_day"})
    for name in ("signer_name", "abbreviation"):
        del old["head"][name]
    for section in old["sections"]:
        del section["notes"]
    text, _ = read_docx(document(ReportDocument.model_validate(old), TEMPLATE))
    for section in made.sections:
        assert all(line in text for line in section.lines)


def test_no_cell_of_the_workbook_is_a_formula() -> None:
    book = load_workbook(BytesIO(workbook(paper(words=True))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert {"+UBND xã Mẫu", SUGGESTED} <= {cell.value for cell in cells}
    named = table_of(paper(), "open").rows
    assert any(str(row[1]).startswith("=HYPERLINK") for row in named), FORMULA


def test_the_picture_is_as_wide_as_a_phone_and_the_same_each_time() -> None:
    content = picture(paper())
    width, height = struct.unpack(">II", content[16:24])
    assert width == WIDTH == 1080
    assert 1000 < height <= MOST_HEIGHT
    assert picture(paper()) == content
    assert document(paper(), TEMPLATE) == document(paper(), TEMPLATE)


@pytest.mark.parametrize("days", [1, 31])
def test_no_text_of_the_picture_goes_beyond_its_edge(days: int) -> None:
    made = page_of(bad_paper(days))
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    ends = {text.get_text(): text.get_window_extent(renderer).x1 for text in made.texts}
    assert [text for text, end in ends.items() if end > WIDTH] == []


def test_text_and_paper_say_the_same_figures() -> None:
    text, made = render_text(report(), VOICE), paper()
    figures = report()
    assert f"{number(figures.activity.messages)} tin nhắn" in text
    assert made.highlights[0].value == number(figures.activity.messages)
    assert sum(int(row[1]) for row in table_of(made, "days").rows) == figures.activity.messages
    cases = sum(row.cases for row in figures.clauses)
    assert f"kể cả báo nhầm là {cases}" in text
    assert made.highlights[1].value == number(cases)
    for line in made.headlines:
        assert f"{line.name}: {line.value}." in text
    assert made.headlines[1].value == (
        f"{len(table_of(made, 'open').rows)} vụ việc đang xử lý; 1 chỉ đạo đang theo dõi"
    )


def faces(figures: ActivityReport, made: ReportDocument) -> dict[str, str]:
    """The text of each format as somebody reads it, from its beginning; of the letter from its first sentence on."""
    letter = [part.text for part in docx.Document(BytesIO(document(made, TEMPLATE))).paragraphs]
    first = next(place for place, line in enumerate(letter) if line.startswith("Theo khoản"))
    sheet = load_workbook(BytesIO(workbook(made))).worksheets[0]
    return {
        "text": render_text(figures, SHIPPED_VOICE),
        "docx": "\n".join(letter[first:]),
        "xlsx": "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value),
        "png": "\n".join(text.get_text() for text in page_of(made).texts),
    }


@pytest.mark.parametrize("days", [1, 30])
def test_whether_there_is_anything_grave_is_answered_by_the_first_200_characters_of_each_format(days: int) -> None:
    for face, said in faces(bad(days), bad_paper(days)).items():
        assert re.search(r"Dấu hiệu nghiêm trọng:?\sCÓ, 45 vụ việc", said[:200]), (face, said[:200])
        assert "Bí mật nhà nước (khoản 1 Điều 4): VP101" in said[:400], (face, said[:400])
    quiet = bad(days).model_copy(update={"grave_cases": ()})
    made = bad_paper(days).model_copy(update={"headlines": headlines(quiet, VOICE, Codes(2, 2))})
    for face, said in faces(quiet, made).items():
        assert re.search(r"Dấu hiệu nghiêm trọng:?\skhông có", said[:200]), (face, said[:200])


def test_the_report_as_a_message_keeps_its_limit_also_after_a_bad_month() -> None:
    assert all(len(render_text(bad(days), SHIPPED_VOICE)) <= 1200 for days in (1, 30))


def test_a_days_picture_shows_the_hours_that_were_heard_and_no_empty_chart() -> None:
    hours = [0] * 24
    hours[16], hours[17], hours[9] = 4, 1, 7
    day = bad(1).model_copy(update={"hours": tuple(hours), "clauses": (), "states": (), "agencies": ()})
    made = paper_of(day, bad_paper(1).head, SHIPPED_VOICE)
    # From 14:05 the day before.
    assert [row[0] for row in table_of(made, "hours").rows][:3] == ["16 giờ", "17 giờ", "18 giờ"]
    assert table_of(made, "hours").rows[-1] == ("9 giờ", 7)
    said = [text.get_text() for text in page_of(made).texts]
    assert "Tin nhắn theo giờ trong ngày" in said
    for title in ("Tin nhắn theo ngày", "Vụ việc theo khoản của Quy chế", "Hoạt động theo cơ quan"):
        assert title not in said


def with_units(days: int, *units: tuple[str, int, int]) -> ReportDocument:
    """A bad period in which these units (name, overdue, silent) had to answer, and two more have done so."""
    answers = [
        AgencyAnswers(name=name, asked=9, in_time=0, late=0, waiting=9 - overdue, overdue=overdue, silent=silent)
        for name, overdue, silent in (*units, ("Sở Đã xong", 0, 0), ("Sở Cũng xong", 0, 0))
    ]
    figures = bad(days)
    answered = figures.directives.model_copy(update={"agencies": tuple(answers)})
    hours = tuple(hour % 7 for hour in range(24))
    return paper_of(figures.model_copy(update={"directives": answered, "hours": hours}), bad_paper(days).head, VOICE)


@pytest.mark.parametrize("days", [1, 31])
def test_the_picture_is_one_screen_with_what_is_grave_in_colour_then_who_is_late_then_the_hours(days: int) -> None:
    units = [(f"Ủy ban nhân dân xã Mẫu Thứ {place}", place % 3, 9 - place % 4) for place in range(20)]
    page = page_of(with_units(days, *units))
    assert page.get_size_inches()[1] * page.dpi <= MOST_HEIGHT == 2000
    said = [text.get_text() for text in page.texts]
    assert {"Ủy ban nhân dân xã Mẫu Thứ 8", "và 12 đơn vị nhận khác"} <= set(said)
    assert not {"Sở Đã xong", "Sở Cũng xong"} & set(said)
    late = next(place for place, text in enumerate(said) if text.startswith("Trả lời chỉ đạo"))
    assert said.index("CÓ, 45 vụ việc (45 đang xử lý)") < late < said.index("Tin nhắn theo giờ trong ngày")
    grave = page.texts[said.index("CÓ, 45 vụ việc (45 đang xử lý)")]
    assert grave.get_color() != page.texts[said.index("12 giờ (12 lần)")].get_color()
    assert max(text.get_window_extent(page.canvas.get_renderer()).x1 for text in page.texts) <= WIDTH  # type: ignore[attr-defined]


def test_who_is_overdue_stands_before_who_is_silent_alone() -> None:
    said = [text.get_text() for text in page_of(with_units(1, ("Xã A", 0, 5), ("Xã B", 1, 0), ("Xã C", 2, 2))).texts]
    names = [text for text in said if text in {"Xã A", "Xã B", "Xã C"}]
    assert names == ["Xã C", "Xã B", "Xã A"]
    assert {"quá hạn 2, chưa trả lời 2", "quá hạn 1", "chưa trả lời 5"} <= set(said)


def test_bars_that_would_all_be_as_long_are_no_chart() -> None:
    made = with_units(1, ("Xã A", 1, 1))
    level = table_of(made, "hours").model_copy(update={"rows": (("8 giờ", 4), ("9 giờ", 4))})
    assert table_of(made, "hours").worth_drawing
    assert not level.worth_drawing


def test_no_face_holds_what_somebody_wrote() -> None:
    content = read_docx(document(paper(), TEMPLATE))[0] + paper().model_dump_json()
    assert "noi dung" not in content
    assert "trich dan" not in content


def test_a_file_says_in_its_name_which_group_and_days_it_is_about() -> None:
    file = file_of(report(), ReportFormat.DOCX, paper(), VOICE)
    assert file.name == "bao-cao-nhom-zalo-dieu-hanh-tinh-mau-20261101-20261124.docx"


@pytest.mark.parametrize("wrong", ["{{ khong_co }}", "{{ muc.activity.ten", "{{ ''.__class__.__mro__ }}"])
def test_a_template_with_a_wrong_field_is_named(tmp_path: Path, wrong: str) -> None:
    file = docx.Document()
    file.add_paragraph(wrong)
    path = tmp_path / "bao-cao.docx"
    file.save(str(path))
    with pytest.raises(ConfigError) as caught:
        document(paper(), path)
    assert str(path) in str(caught.value)
    assert "docs/bao-cao.md" in str(caught.value)


def test_what_is_no_docx_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bao-cao.docx"
    for content in (None, b"", b"PK\x03\x04 nothing"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"không phải mẫu DOCX"):
            document(paper(), path)


@pytest.mark.parametrize(
    ("part", "name", "printed"),
    [("lowriter", "a.docx", lambda: document(paper(), TEMPLATE)), ("localc", "a.xlsx", lambda: workbook(paper()))],
)
def test_libreoffice_opens_the_files(tmp_path: Path, part: str, name: str, printed: Callable[[], bytes]) -> None:
    if shutil.which(part) is None:
        pytest.skip(f"{part} of LibreOffice is not installed")
    (tmp_path / name).write_bytes(printed())
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / name)]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
