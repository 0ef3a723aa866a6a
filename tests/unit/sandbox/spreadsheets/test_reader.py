"""An office's spreadsheets, as they come."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.reader import read_sheet
from zalo_governor.sandbox.spreadsheets.rows import SheetRow


@pytest.fixture
def book() -> Workbook:
    return Workbook()


def sheet_of(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def saved(book: Workbook, folder: Path) -> Path:
    path = folder / "danh-sach.xlsx"
    book.save(path)
    return path


def test_rows_keep_the_numbers_of_the_spreadsheet_and_empty_ones_are_left_out(book: Workbook, tmp_path: Path) -> None:
    sheet = sheet_of(book)
    sheet["A2"], sheet["B2"], sheet["A5"] = " Họ   tên ", "Chức vụ", "Lò Văn Mẫu"
    assert read_sheet(saved(book, tmp_path)) == [
        SheetRow(2, ("Họ tên", "Chức vụ")),
        SheetRow(5, ("Lò Văn Mẫu", "")),
    ]


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2003", "\u3000", "\t", "\u2028", "\u200b \ufeff"])
def test_cells_are_trimmed_of_every_blank_and_of_what_nobody_sees(book: Workbook, tmp_path: Path, blank: str) -> None:
    cells = (f"{blank}Lò{blank}Văn{blank}Mẫu", f"Giám{blank}đốc{blank}", blank)
    sheet = sheet_of(book)
    sheet.append(cells)
    table = tmp_path / "danh-sach.csv"
    table.write_text(";".join(f'"{cell}"' for cell in cells) + "\r\n", encoding="utf-8")
    row = SheetRow(1, ("Lò Văn Mẫu", "Giám đốc", ""))
    assert read_sheet(saved(book, tmp_path)) == [row]
    assert read_sheet(table) == [row]


def test_numbers_and_days_read_as_people_write_them(book: Workbook, tmp_path: Path) -> None:
    sheet_of(book).append([912345678, 912345678.0, 1.5, date(2025, 7, 1)])
    assert read_sheet(saved(book, tmp_path))[0].cells == ("912345678", "912345678", "1.5", "01/07/2025")


def test_the_value_of_merged_cells_stands_in_each_of_them(book: Workbook, tmp_path: Path) -> None:
    sheet = sheet_of(book)
    sheet.append(["Sở Y tế", "Lò Văn Mẫu"])
    sheet.append([None, "Tẩn A Mẫu"])
    sheet.merge_cells("A1:A2")
    assert read_sheet(saved(book, tmp_path))[1].cells == ("Sở Y tế", "Tẩn A Mẫu")


def test_a_value_that_runs_over_the_whole_row_is_a_heading(book: Workbook, tmp_path: Path) -> None:
    sheet = sheet_of(book)
    sheet.append(["I. SỞ Y TẾ", None, None])
    sheet.append(["Lò Văn Mẫu", "Giám đốc", "x"])
    sheet.merge_cells("A1:C1")
    assert [row.merged_across for row in read_sheet(saved(book, tmp_path))] == [True, False]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_any_common_kind_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "danh-sach.csv"
    path.write_bytes(f'Họ tên{delimiter}Chức vụ\r\n"Lò Văn Mẫu"{delimiter}Giám đốc\r\n'.encode(encoding))
    assert [row.cells for row in read_sheet(path)] == [("Họ tên", "Chức vụ"), ("Lò Văn Mẫu", "Giám đốc")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("khong-co.xlsx", None),
        ("hong.xlsx", b"PK\x03\x04 broken"),
        ("khong-phai.xlsx", b"just text"),
        ("cu.csv", "Họ tên".encode("utf-16")[2:-1] + b"\xff\xfe\xff"),
        ("danh-sach.doc", b"x"),
        ("ngoac.csv", b'a,"b\n'),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=name):
        read_sheet(path)


@pytest.mark.parametrize("quoted", ['"Lò Văn Mẫu,Chuyên viên', '"Lò Văn" Mẫu,Chuyên viên'])
def test_a_row_of_csv_that_cannot_be_read_is_told_by_its_line(tmp_path: Path, quoted: str) -> None:
    path = tmp_path / "danh-sach.csv"
    path.write_text(f"Họ và tên,Chức vụ\nGiàng A Sử,Chủ tịch\n{quoted}\nĐèo Thị Hoa,Chuyên viên\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{path}:3: không tách được thành các ô"):
        read_sheet(path)
