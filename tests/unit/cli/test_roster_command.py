"""`zalo-governor roster`: from the office's own file into the bot, and back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from tests.unit.cli.test_members_command import office
from tests.unit.storage.stored import MEMBER, OTHER
from zalo_governor.cli import app
from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.reader import read_sheet

HEADINGS = ("Họ và tên", "Chức vụ", "Cơ quan", "Điện thoại", "Zalo uid", "Vai trò", "Ngày hiệu lực")
LO = ("Lò Văn Mẫu", "Giám đốc", "Sở Y tế", "0912345678", MEMBER, "quản trị nhóm", "01/07/2025")
Y = ("Y Mẫu Hoa", "Văn thư", "Sở Y tế", "", "", "thành viên", "")


def run(config: str, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["roster", *arguments, "--config", config], env={"COLUMNS": "200"}, input=typed)


@pytest.fixture
def config(tmp_path: Path) -> str:
    return office(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "danh-sach.xlsx"
    write_sheet(path, HEADINGS, [LO, Y])
    return path


def test_the_list_is_shown_asked_for_and_taken_over_once(config: str, file: Path) -> None:
    first = run(config, "import", str(file), typed="y\n")
    assert first.exit_code == 0
    assert all(word in first.output for word in ("Thêm: 2", "Lò Văn Mẫu", "Đã ghi danh sách 2 người", "people"))
    again = run(config, "import", str(file), typed="y\n")
    assert "Giữ nguyên: 2" in again.output
    assert "không có gì thay đổi" in again.output


def test_nothing_changes_without_a_yes(config: str, file: Path) -> None:
    assert "Chưa thay đổi gì" in run(config, "import", str(file), typed="n\n").output
    assert "Thêm: 2" in run(config, "import", str(file), typed="n\n").output


def test_what_was_imported_is_exported_as_it_was(config: str, file: Path, tmp_path: Path) -> None:
    run(config, "import", str(file), "--yes")
    out = tmp_path / "ra.csv"
    assert run(config, "export", str(out)).exit_code == 0
    assert [row.cells for row in read_sheet(out)] == [HEADINGS, LO, Y]
    assert "không có gì thay đổi" in run(config, "import", str(out)).output


def test_the_approved_name_and_title_reach_the_person(config: str, file: Path) -> None:
    changed = ("Lò Văn Mẫu", "Phó Giám đốc", *LO[2:])
    run(config, "import", str(file), "--yes")
    write_sheet(file, HEADINGS, [changed])
    shown = run(config, "import", str(file), "--yes").output
    assert "vẫn giữ (muốn bỏ ra thì thêm --replace): 1" in shown
    assert "chức vụ" in shown
    assert "Đã ghi danh sách 2 người" in shown


def test_only_who_says_how_many_takes_people_off_the_list(config: str, file: Path) -> None:
    run(config, "import", str(file), "--yes")
    write_sheet(file, HEADINGS, [LO])
    for drop in ((), ("--drop", "2")):
        refused = run(config, "import", str(file), "--replace", "--yes", *drop)
        assert "Bỏ ra: 1" in refused.output
        assert "--drop 1" in str(refused.exception)
    assert "đưa 1 người ra?" in run(config, "import", str(file), "--replace", typed="n\n").output
    assert "Đã ghi danh sách 1 người" in run(config, "import", str(file), "--replace", "--yes", "--drop", "1").output


def test_a_messy_workbook_of_500_rows_names_every_bad_one_and_imports_none(config: str, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["DANH SÁCH THÀNH VIÊN NHÓM ZALO", None, None, None])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["TT", "HỌ VÀ TÊN", "Chức vụ, chức danh", "SĐT (Zalo)"])
    bad = {}
    for number in range(1, 501):
        row = [number, f"Lò Văn {chr(ord('A') + number % 26)}{'ấăâêôơư'[number % 7]}n", f"Chuyên viên {number}", None]
        row[3] = 912000000 + number
        if number % 50 == 0:
            kind = (number // 50) % 3
            row[(1, 2, 3)[kind]] = ("Mẫu", None, "chưa có")[kind]
            bad[number + 3] = "BCD"[kind]
        sheet.append(row)
    path = tmp_path / "lon-xon.xlsx"
    book.save(path)
    refused = run(config, "import", str(path), "--yes")
    assert isinstance(refused.exception, ConfigError)
    complaint = str(refused.exception)
    for row_number, column in bad.items():
        assert f"dòng {row_number}, cột {column} (" in complaint
    assert f"{len(bad)} chỗ cần sửa" in complaint
    assert isinstance(run(config, "compare").exception, ConfigError), "nothing was imported"


def test_the_group_is_held_against_the_list(config: str, file: Path) -> None:
    run(config, "import", str(file), "--yes")
    shown = run(config, "compare").output
    assert "trong Nhóm: 1 người" in shown
    assert "chưa có trong Nhóm: 1" in shown
    assert OTHER in shown


def test_who_is_confirmed_is_known_by_the_account_also_after_the_next_import(config: str, tmp_path: Path) -> None:
    file = tmp_path / "danh-sach.csv"
    write_sheet(file, HEADINGS, [LO, ("Y Mẫu", "Văn thư", "Sở Y tế", "", "", "", "")])
    run(config, "import", str(file), "--yes")
    assert "Có thể là cùng một người" in run(config, "compare").output
    assert "Đã ghi 0 trên 1 người" in run(config, "match", typed="n\n").output
    assert "Đã ghi 1 trên 1 người" in run(config, "match", typed="y\n").output
    assert "trong Nhóm: 2 người" in run(config, "compare").output
    assert "không có gì thay đổi" in run(config, "import", str(file)).output


def test_a_file_without_a_heading_or_without_people_is_refused(config: str, tmp_path: Path) -> None:
    for rows in ([("a", "b")], [("Họ tên", "Chức vụ")]):
        path = tmp_path / "sai.csv"
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
        refused = run(config, "import", str(path))
        assert isinstance(refused.exception, ConfigError)
        assert "sai.csv" in str(refused.exception)


def book_of(path: Path, **sheets: Sequence[tuple[str, ...]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_without_a_heading_row_each_sheet_and_what_was_read_of_it_is_named(config: str, tmp_path: Path) -> None:
    path = book_of(tmp_path / "a.xlsx", Bia=[("Danh sách",)], Nhom=[("STT", "Họ và tên", "Nghề")])
    said = " ".join(str(run(config, "import", str(path)).exception).split())
    assert "trang tính “Bia”, dòng 1: Danh sách (chưa nhận ra cột họ tên và chức vụ)" in said
    assert "trang tính “Nhom”, dòng 1: STT; Họ và tên; Nghề (chưa nhận ra cột chức vụ)" in said


def test_the_list_is_found_on_the_second_sheet_and_a_third_one_is_named(config: str, tmp_path: Path) -> None:
    path = book_of(tmp_path / "a.xlsx", Bia=[("Danh sách",)], Nhom=[HEADINGS, LO, Y], Cu=[HEADINGS, LO])
    said = " ".join(run(config, "import", str(path), "--yes").output.split())
    assert "Đọc trang tính “Nhom”: 2 người" in said
    assert "Trang tính “Cu” cũng có danh sách (1 người)" in said
    assert "không có gì thay đổi" in run(config, "import", str(path), "--yes", "--sheet", "Cu").output
    assert "không có trang tính “X”" in str(run(config, "import", str(path), "--sheet", "X").exception)


def test_rows_in_which_title_and_agency_stay_together_are_named_before_anything_is_stored(
    config: str, tmp_path: Path
) -> None:
    rows = [("Họ tên", "Chức vụ, đơn vị công tác"), ("Lò Văn Mẫu", "Giám đốc Sở Y tế"), ("Y Mẫu Hoa", "Phụ trách Mẫu")]
    said = " ".join(run(config, "import", str(book_of(tmp_path / "a.xlsx", A=rows)), typed="n\n").output.split())
    assert "1 dòng chưa rõ đơn vị bắt đầu từ đâu" in said
    assert "dòng 3" in said
