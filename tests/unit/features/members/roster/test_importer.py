"""The roster out of an office's table: every person, or a complaint for every cell that is wrong."""

from datetime import date

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.members.roster.column_names import ColumnNames
from zalo_governor.features.members.roster.importer import NoHeadingError, RosterReading, Wrong, read_roster
from zalo_governor.sandbox.spreadsheets.reader import read_sheet
from zalo_governor.sandbox.spreadsheets.rows import SheetRow

WORDS = ColumnNames.load(shipped_config() / "roster.yaml")


def read(*rows: tuple[str, ...] | str) -> RosterReading:
    """A string is a value that runs over the whole row."""
    width = max(len(row) for row in rows if isinstance(row, tuple))
    sheet = [
        SheetRow(number, (row,) * width, merged_across=True) if isinstance(row, str) else SheetRow(number, row)
        for number, row in enumerate(rows, start=1)
    ]
    return read_roster(sheet, WORDS)


def test_every_field_is_read() -> None:
    reading = read(
        ("STT", "Họ và tên", "Chức vụ", "Cơ quan", "Số ĐT", "UID Zalo", "Vai trò", "Ngày hiệu lực"),
        ("1", "Lò Văn Mẫu", "Giám đốc", "Sở Y tế", "0912345678", "7000000000000000021", "Lãnh đạo", "01/7/2025"),
    )
    assert reading.complaints == ()
    assert reading.entries == (
        RosterEntry(
            full_name="Lò Văn Mẫu",
            title="Giám đốc",
            agency="Sở Y tế",
            phone="+84912345678",
            uid="7000000000000000021",
            roles=frozenset({Role.LEADERSHIP}),
            since=date(2025, 7, 1),
        ),
    )


@pytest.mark.parametrize(
    ("name", "title", "phone"),
    [
        ("HỌ VÀ TÊN", "CHỨC VỤ", "ĐIỆN THOẠI"),
        ("ho ten", "chuc danh", "sdt"),
        ("Họ và tên (ghi đầy đủ)", "Chức vụ/chức danh hiện nay", "Số điện thoại dùng Zalo"),
        ("Họ  tên:", "Chức vụ *", "SĐT"),
    ],
)
def test_headings_are_known_however_they_are_written(name: str, title: str, phone: str) -> None:
    reading = read((phone, "Ghi chú", title, name), ("0912345678", "x", "Giám đốc", "Lò Văn Mẫu"))
    (entry,) = reading.entries
    assert (entry.full_name, entry.title, entry.phone) == ("Lò Văn Mẫu", "Giám đốc", "+84912345678")


def test_the_heading_may_stand_below_a_title_and_be_repeated() -> None:
    heading = ("TT", "Họ tên", "Chức vụ")
    reading = read("DANH SÁCH THÀNH VIÊN", ("", "", ""), heading, ("1", "Lò Văn Mẫu", "Giám đốc"), heading,
                   ("2", "Tẩn A Mẫu", "Chuyên viên"))  # fmt: skip
    assert [entry.full_name for entry in reading.entries] == ["Lò Văn Mẫu", "Tẩn A Mẫu"]
    assert reading.skipped == (5,)


def test_the_agency_may_stand_once_above_its_people() -> None:
    reading = read(
        ("TT", "Họ tên", "Chức vụ"),
        "I. Sở Y tế",
        ("1", "Lò Văn Mẫu", "Giám đốc"),
        ("2", "Tẩn A Mẫu", "Phó Giám đốc"),
        ("II. UBND xã Mẫu", "", ""),
        ("3", "Y Mẫu Hoa", "Chủ tịch"),
        "Tổng cộng: 3 người",
    )
    assert [entry.agency for entry in reading.entries] == ["Sở Y tế", "Sở Y tế", "UBND xã Mẫu"]


def test_a_name_in_two_columns_is_one_name() -> None:
    (entry,) = read(("Họ đệm", "Tên", "Chức vụ"), ("Lò Văn", "Mẫu", "Giám đốc")).entries
    assert entry.full_name == "Lò Văn Mẫu"


def test_a_name_in_capitals_is_written_as_names_are() -> None:
    (entry,) = read(("Họ tên", "Chức vụ"), ("LÒ VĂN MẪU", "Giám đốc")).entries
    assert entry.full_name == "Lò Văn Mẫu"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("", "Giám đốc", "", "", "", ""), Wrong.NO_NAME),
        (("Mẫu", "Giám đốc", "", "", "", ""), Wrong.NOT_A_NAME),
        (("Lò Văn 1", "Giám đốc", "", "", "", ""), Wrong.NOT_A_NAME),
        (("Lò Văn Mẫu", "", "0912345678", "", "", ""), Wrong.NO_TITLE),
        (("Lò Văn Mẫu", "Giám đốc", "0912", "", "", ""), Wrong.NOT_A_PHONE),
        (("Lò Văn Mẫu", "Giám đốc", "0912345678/0913456789", "", "", ""), Wrong.NOT_A_PHONE),
        (("Lò Văn Mẫu", "Giám đốc", "", "zalo", "", ""), Wrong.NOT_A_UID),
        (("Lò Văn Mẫu", "Giám đốc", "", "7E+18", "", ""), Wrong.NOT_A_UID),
        (("Lò Văn Mẫu", "Giám đốc", "", "7.00000000000001E+18", "", ""), Wrong.ROUNDED),
        (("Lò Văn Mẫu", "Giám đốc", "", "7012345678901230000", "", ""), Wrong.ROUNDED),
        (("Lò Văn Mẫu", "Giám đốc", "", "", "trùm", ""), Wrong.UNKNOWN_ROLE),
        (("Lò Văn Mẫu", "Giám đốc", "", "", "", "31/2/2025"), Wrong.NOT_A_DAY),
        (("Lò Văn Mẫu", "Giám đốc", "", "", "", "năm ngoái"), Wrong.NOT_A_DAY),
    ],
)
def test_each_wrong_cell_is_named_with_row_and_column(row: tuple[str, ...], wrong: Wrong) -> None:
    reading = read(("Họ tên", "Chức vụ", "SĐT", "UID", "Vai trò", "Từ ngày"), row)
    (complaint,) = reading.complaints
    assert complaint.wrong is wrong
    assert f"dòng 2, cột {complaint.column} (" in str(complaint)


def test_whoever_stands_there_twice_is_named_with_both_rows() -> None:
    reading = read(
        ("Họ tên", "Chức vụ", "SĐT"),
        ("Lò Văn Mẫu", "Giám đốc", "0912345678"),
        ("Tẩn A Mẫu", "Chuyên viên", "+84 912 345 678"),
        ("Lò Văn Mẫu", "Giám đốc", ""),
    )
    assert [(one.row, one.wrong, one.other) for one in reading.complaints] == [
        (3, Wrong.PHONE_TWICE, 2),
        (4, Wrong.PERSON_TWICE, 2),
    ]


def test_two_people_of_one_name_in_two_offices_are_two() -> None:
    reading = read(
        ("Họ tên", "Chức vụ", "Đơn vị"),
        ("Lò Văn Mẫu", "Giám đốc", "Sở Y tế"),
        ("Lò Văn Mẫu", "Giám đốc", "Sở Nội vụ"),
    )
    assert reading.complaints == ()


def test_a_table_without_a_heading_is_refused() -> None:
    with pytest.raises(NoHeadingError):
        read(("Lò Văn Mẫu", "Giám đốc"))


def test_the_sample_list_that_ships_is_read_without_a_complaint() -> None:
    reading = read_roster(read_sheet(shipped_config() / "danh-sach-mau.csv"), WORDS)
    assert reading.complaints == ()
    assert len(reading.entries) == 120
    assert {role for entry in reading.entries for role in entry.roles} == set(WORDS.roles)


@pytest.mark.parametrize(
    ("cell", "title", "agency"),
    [
        ("Giám đốc Sở Y tế", "Giám đốc", "Sở Y tế"),
        ("Giám đốc, Sở Y tế", "Giám đốc", "Sở Y tế"),
        ("PHÓ GIÁM ĐỐC SỞ Y TẾ", "PHÓ GIÁM ĐỐC", "SỞ Y TẾ"),
        ("Trưởng phòng Nội vụ - UBND xã Mẫu", "Trưởng phòng Nội vụ", "UBND xã Mẫu"),
        ("Chánh Văn phòng UBND tỉnh", "Chánh Văn phòng", "UBND tỉnh"),
        ("Trưởng Ban Dân tộc HĐND tỉnh", "Trưởng Ban Dân tộc", "HĐND tỉnh"),
        ("Giám đốc, Điện lực Mẫu", "Giám đốc", "Điện lực Mẫu"),
    ],
)
def test_title_and_agency_in_one_column_are_told_apart(cell: str, title: str, agency: str) -> None:
    reading = read(("Họ tên", "Chức vụ, đơn vị công tác"), ("Lò Văn Mẫu", cell))
    (entry,) = reading.entries
    assert (entry.title, entry.agency, reading.unsplit) == (title, agency, ())


def test_where_nobody_can_tell_where_the_agency_begins_the_row_is_named() -> None:
    reading = read(("Họ tên", "Chức vụ - Cơ quan"), ("Lò Văn Mẫu", "Tổ trưởng bản Mẫu"))
    assert (reading.entries[0].title, reading.entries[0].agency, reading.unsplit) == ("Tổ trưởng bản Mẫu", "", (2,))


def test_a_column_of_agencies_of_their_own_leaves_the_titles_whole() -> None:
    reading = read(("Họ tên", "Chức vụ tại cơ quan", "Đơn vị"), ("Lò Văn Mẫu", "Trưởng phòng, Bí thư", "Sở Y tế"))
    assert (reading.entries[0].title, reading.entries[0].agency) == ("Trưởng phòng, Bí thư", "Sở Y tế")
