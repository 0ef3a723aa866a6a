import csv
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.reader import read_sheet

HEADINGS = ("Họ tên", "UID")
ROWS = [("Lò Văn Mẫu", "7000000000000000021")]


@pytest.mark.parametrize("name", ["ra.xlsx", "ra.csv"])
def test_what_was_written_reads_back_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_sheet(path, HEADINGS, ROWS)
    assert [row.cells for row in read_sheet(path)] == [HEADINGS, *ROWS]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("before", ["", " ", "\u3000", "\t", "\r", "\n", "\xa0"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫"])
def test_nothing_becomes_a_formula(tmp_path: Path, sign: str, before: str) -> None:
    value = f"{before}{sign}SUM(1)"
    write_sheet(tmp_path / "ra.xlsx", HEADINGS, [(value, "")])
    cell = load_workbook(tmp_path / "ra.xlsx").worksheets[0]["A2"]
    assert cell.data_type == "s"
    write_sheet(tmp_path / "ra.csv", HEADINGS, [(value, "")])
    with (tmp_path / "ra.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [f"'{value}", ""]


def test_numbers_and_dates_are_such_with_filters_a_frozen_head_and_a_page_set_up(tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, 14, 5, 9)  # noqa: DTZ001 - as XLSX has it
    write_sheet(tmp_path / "ra.xlsx", ("UID", "Số", "Ngày", "Lúc"), [("7000000000000000021", 12, date(2026, 7, 1), at)])
    sheet = load_workbook(tmp_path / "ra.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["7000000000000000021", 12, datetime(2026, 7, 1), at]  # noqa: DTZ001
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "d", "d"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes, sheet.print_title_rows) == ("A1:D2", "A2", "$1:$1")
    assert sheet.page_setup.fitToWidth == 1
    write_sheet(tmp_path / "ra.csv", ("UID", "Số", "Ngày", "Lúc"), [("7", 12, date(2026, 7, 1), at)])
    assert read_sheet(tmp_path / "ra.csv")[1].cells == ("7", "12", "01/07/2026", "24/11/2026 14:05:09")


def test_a_number_that_spreadsheets_would_round_stays_whole_as_text(tmp_path: Path) -> None:
    write_sheet(tmp_path / "ra.xlsx", ("Mã sự kiện", "Vụ việc"), [(1883305892520132864, 1234)])
    event, case = load_workbook(tmp_path / "ra.xlsx").worksheets[0][2]
    assert (event.value, event.data_type) == ("1883305892520132864", "s")
    assert (case.value, case.data_type, case.number_format) == (1234, "n", "0")


def test_an_existing_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"khong-co.ra\.csv"):
        write_sheet(tmp_path / "khong-co" / "ra.csv", HEADINGS, ROWS)
    with pytest.raises(ConfigError, match=r"phải có đuôi"):
        write_sheet(tmp_path / "ra.pdf", HEADINGS, ROWS)
    assert list(tmp_path.iterdir()) == []
