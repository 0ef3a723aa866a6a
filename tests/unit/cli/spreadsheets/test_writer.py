import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from zalo_governor.cli.spreadsheets.reader import read_sheet
from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.domain.errors import ConfigError

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


def test_an_existing_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"khong-co.ra\.csv"):
        write_sheet(tmp_path / "khong-co" / "ra.csv", HEADINGS, ROWS)
    with pytest.raises(ConfigError, match=r"phải có đuôi"):
        write_sheet(tmp_path / "ra.pdf", HEADINGS, ROWS)
    assert list(tmp_path.iterdir()) == []
