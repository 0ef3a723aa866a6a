from pathlib import Path

import pytest
from openpyxl import load_workbook

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sheets.reading import read_sheet
from zalo_governor.sheets.writing import write_sheet

HEADINGS = ("Họ tên", "UID")
ROWS = [("Lò Văn Mẫu", "7000000000000000021"), ("=1+1", "")]


@pytest.mark.parametrize("name", ["ra.xlsx", "ra.csv"])
def test_what_was_written_reads_back_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_sheet(path, HEADINGS, ROWS[:1])
    assert [row.cells for row in read_sheet(path)] == [HEADINGS, *ROWS[:1]]


def test_nothing_becomes_a_formula(tmp_path: Path) -> None:
    write_sheet(tmp_path / "ra.xlsx", HEADINGS, ROWS)
    cell = load_workbook(tmp_path / "ra.xlsx").worksheets[0]["A3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    write_sheet(tmp_path / "ra.csv", HEADINGS, ROWS)
    assert "'=1+1" in (tmp_path / "ra.csv").read_text(encoding="utf-8-sig")


def test_an_existing_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"khong-co.ra\.csv"):
        write_sheet(tmp_path / "khong-co" / "ra.csv", HEADINGS, ROWS)
    with pytest.raises(ConfigError, match=r"phải có đuôi"):
        write_sheet(tmp_path / "ra.pdf", HEADINGS, ROWS)
    assert list(tmp_path.iterdir()) == []
