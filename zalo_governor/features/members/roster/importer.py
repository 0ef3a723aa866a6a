"""Import of the roster from the rows of a spreadsheet, with a complaint for each invalid cell.

The spreadsheets are made for people, not for programs: columns in any order and under any name, a title above the
table, the agency once above its people or in merged cells, telephone numbers without their leading zero.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import NamedTuple, Protocol

from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.members.roster.column_names import ColumnNames
from zalo_governor.text.fold import fold
from zalo_governor.text.names.phones import read_phone
from zalo_governor.text.normalise import normalise


class Row(Protocol):
    """Protocol of a spreadsheet row, independent of the library that reads the file."""

    @property
    def number(self) -> int:
        """Row number as in the spreadsheet, from 1."""
        ...

    @property
    def cells(self) -> Sequence[str]:
        """Cell texts, trimmed, "" if empty; each of several merged cells has their common text."""
        ...

    @property
    def merged_across(self) -> bool:
        """Whether the row's only text is in a cell merged across several columns, such as the name of an agency."""
        ...


class Wrong(Enum):
    """What can be wrong with a cell; the values are the texts shown to the person who keeps the spreadsheet."""

    NO_NAME = "thiếu họ tên"
    NOT_A_NAME = "không phải họ và tên đầy đủ"
    NO_TITLE = "thiếu chức vụ"
    NOT_A_PHONE = "không phải số điện thoại Việt Nam; ghi một số, là số dùng Zalo"
    NOT_A_UID = "không phải uid; uid là dãy 15 đến 20 chữ số"
    ROUNDED = "Excel đã làm tròn số này; định dạng cột là Văn bản (Text) rồi nhập lại"
    UNKNOWN_ROLE = "không có vai trò này; các vai trò ở trong tệp cấu hình trên máy chủ (config/roster.yaml)"
    NOT_A_DAY = "không phải ngày; ghi ngày/tháng/năm, ví dụ 01/7/2025"
    PHONE_TWICE = "trùng số điện thoại với dòng {other}"
    UID_TWICE = "trùng uid với dòng {other}"
    PERSON_TWICE = "trùng họ tên, chức vụ, cơ quan với dòng {other}"


class Complaint(NamedTuple):
    """An invalid cell of the spreadsheet, and what is wrong with it."""

    row: int
    column: str
    """Column letters as in the spreadsheet: A, B … AA."""
    heading: str
    wrong: Wrong
    value: str = ""
    other: int = 0
    """For a duplicate value: number of the earlier row that has it; else 0."""

    def __str__(self) -> str:
        """Return the complaint as one line in Vietnamese."""
        shown = f" ({self.value})" if self.value else ""
        return (
            f"dòng {self.row}, cột {self.column} ({self.heading}): {self.wrong.value.format(other=self.other)}{shown}"
        )


class RosterReading(NamedTuple):
    """What was read from a spreadsheet; the roster entries may be used only if there are no complaints."""

    entries: tuple[RosterEntry, ...]
    complaints: tuple[Complaint, ...]
    headings: Mapping[str, str]
    """Field of `RosterEntry` -> heading of its column."""
    skipped: tuple[int, ...]
    """Numbers of the rows below the heading row that contain no person: totals, empty rows with a number only."""
    rows: tuple[int, ...]
    """Row number in the spreadsheet of each of `entries`."""
    columns: Mapping[str, str]
    """Field of `RosterEntry` -> letters of its column."""
    unsplit: tuple[int, ...] = ()
    """Row numbers of the cells with title and agency together that do not show where the agency begins."""


class NoHeadingError(ValueError):
    """Raised if no row of the spreadsheet has column headings for both the name and the title."""

    row: Row | None = None
    """The row that is most like a heading row; None if the spreadsheet is empty."""
    missing: tuple[str, ...] = ("full_name", "title")
    """Which of the two fields have no heading in that row."""


def read_roster(rows: Sequence[Row], words: ColumnNames) -> RosterReading:
    """Read the roster from all rows of a spreadsheet; `words` holds the known column headings and names of roles.

    Raises:
        NoHeadingError: no row has headings for name and title.
    """
    start, columns = _heading(rows, words)
    return _Reader(columns, rows[start].cells, words).read(rows[start + 1 :])


def read_mapped(
    rows: Sequence[Row], heading: int, columns: Mapping[str, list[int]], words: ColumnNames
) -> RosterReading:
    """Read the roster below the row with the index `heading`, by columns that a person has assigned.

    `columns` gives, for each field of `RosterEntry`, the indexes of its columns; `full_name` and `title` must be there.
    """
    return _Reader(columns, rows[heading].cells, words).read(rows[heading + 1 :])


class _Reader:
    """Parser of the spreadsheet rows below the heading row; collects complaints about invalid cells."""

    def __init__(self, columns: Mapping[str, list[int]], heading: Sequence[str], words: ColumnNames) -> None:
        self._columns = columns
        self._heading = heading
        self._roles = {_key(name): role for role, names in words.roles.items() for name in names}
        self._complaints: list[Complaint] = []
        self._seen: dict[tuple[str, object], int] = {}
        self._words = words
        self._unsplit: list[int] = []
        self._together = columns["title"] == columns.get("agency")

    def read(self, rows: Sequence[Row]) -> RosterReading:
        entries: list[RosterEntry] = []
        numbers: list[int] = []
        skipped: list[int] = []
        agency = ""
        for row in rows:
            kind = self._kind(row)
            if kind is _Kind.SECTION:
                agency = _SECTION_NUMBER.sub("", next(filter(None, row.cells)))
            elif kind is _Kind.NOBODY:
                skipped.append(row.number)
            else:
                entries.append(self._entry(row, agency))
                numbers.append(row.number)
        headings = {field: self._heading[places[0]] for field, places in self._columns.items()}
        columns = {field: _letters(places[0]) for field, places in self._columns.items()}
        return RosterReading(
            tuple(entries),
            tuple(self._complaints),
            headings,
            tuple(skipped),
            tuple(numbers),
            columns,
            tuple(self._unsplit),
        )

    def _kind(self, row: Row) -> "_Kind":
        said = {cell for cell in row.cells if cell}
        if [_key(cell) for cell in row.cells] == [_key(cell) for cell in self._heading]:
            return _Kind.NOBODY
        person = self._cell(row, "full_name") or self._cell(row, "phone") or self._cell(row, "uid")
        if row.merged_across or (len(said) == 1 and not self._cell(row, "phone") + self._cell(row, "title")):
            total = _TOTAL.match(fold(next(iter(said))))
            return _Kind.NOBODY if total or next(iter(said)).isdecimal() else _Kind.SECTION
        return _Kind.PERSON if person or self._cell(row, "title") else _Kind.NOBODY

    def _entry(self, row: Row, agency: str) -> RosterEntry:
        title, place = self._title(row), self._cell(row, "agency")
        if self._together:
            title, place = split_position(title, self._words)
            if title and not place and not agency:
                self._unsplit.append(row.number)
        optional = {
            "agency": place or agency,
            "phone": self._phone(row),
            "uid": self._uid(row),
            "roles": self._role(row),
            "since": self._since(row),
        }
        # A blank cell sets nothing, so that an import which only adds and changes leaves there what is known.
        said = {field: value for field, value in optional.items() if value}
        entry = RosterEntry.model_validate({"full_name": self._full_name(row), "title": title, **said})
        person = (entry.full_name, entry.title, entry.agency)
        for field, value, wrong in (
            ("phone", entry.phone, Wrong.PHONE_TWICE),
            ("uid", entry.uid, Wrong.UID_TWICE),
            ("full_name", person if all(person[:2]) else None, Wrong.PERSON_TWICE),
        ):
            if value:
                other = self._seen.setdefault((field, value), row.number)
                if other != row.number:
                    self._complain(row, field, wrong, other=other)
        return entry

    def _full_name(self, row: Row) -> str:
        name = self._cell(row, "full_name")
        if not name:
            self._complain(row, "full_name", Wrong.NO_NAME)
        elif len(name.split()) < _SHORTEST_NAME or any(map(str.isdecimal, name)):
            self._complain(row, "full_name", Wrong.NOT_A_NAME, name)
        return name.title() if name.isupper() else name

    def _title(self, row: Row) -> str:
        title = self._cell(row, "title")
        if not title:
            self._complain(row, "title", Wrong.NO_TITLE)
        return title

    def _phone(self, row: Row) -> str | None:
        written = self._cell(row, "phone")
        phone = read_phone(written) if written else None
        if written and phone is None:
            self._complain(row, "phone", Wrong.NOT_A_PHONE, written)
        return phone

    def _uid(self, row: Row) -> str | None:
        written = self._cell(row, "uid")
        if written and not _UID.fullmatch(written):
            rounded = _ROUNDED.fullmatch(written)
            self._complain(row, "uid", Wrong.ROUNDED if rounded else Wrong.NOT_A_UID, written)
        elif written.endswith("0000") and len(written) > _EXACT_DIGITS:
            # Spreadsheets keep 15 digits of a number: the last digits of a uid became zeros.
            self._complain(row, "uid", Wrong.ROUNDED, written)
        else:
            return written or None
        return None

    def _role(self, row: Row) -> frozenset[Role]:
        found = set()
        for written in filter(None, map(str.strip, re.split(r"[,;/+]", self._cell(row, "roles")))):
            role = self._roles.get(_key(written))
            if role is None:
                self._complain(row, "roles", Wrong.UNKNOWN_ROLE, written)
            else:
                found.add(role)
        return frozenset(found)

    def _since(self, row: Row) -> date | None:
        written = self._cell(row, "since")
        if not written:
            return None
        day = _day(written)
        if day is None:
            self._complain(row, "since", Wrong.NOT_A_DAY, written)
        return day

    def _cell(self, row: Row, field: str) -> str:
        """Return the text in the column of `field`; of several columns (surname, given name), the joined texts."""
        parts = dict.fromkeys(row.cells[place] for place in self._columns.get(field, ()) if place < len(row.cells))
        return " ".join(normalise(" ".join(parts)).text.split())

    def _complain(self, row: Row, field: str, wrong: Wrong, value: str = "", other: int = 0) -> None:
        place = self._columns[field][0]
        self._complaints.append(Complaint(row.number, _letters(place), self._heading[place], wrong, value, other))


class _Kind(Enum):
    PERSON = "person"
    SECTION = "section"
    NOBODY = "nobody"


def split_position(text: str, words: ColumnNames) -> tuple[str, str]:
    """Split a cell such as "Giám đốc Sở Y tế" or "Trưởng phòng, Sở Y tế" into title and agency.

    The agency is "" where the cell does not show where it begins.
    """
    pieces = text.split()
    known = [piece.strip(_MARKS).lower() for piece in pieces]

    def longest(names: Sequence[str], start: int) -> int:
        lengths = [len(name) for name in map(str.split, names) if known[start : start + len(name)] == name]
        return max(lengths, default=0)

    titled = longest(words.titles, 0)
    # Behind a comma or dash first: "Trưởng phòng Nội vụ - UBND xã Mẫu".
    for start in sorted(range(max(titled, 1), len(pieces)), key=lambda place: pieces[place - 1][-1] not in _MARKS):
        if pieces[start][0].isupper() and longest(words.agencies, start):
            return " ".join(pieces[:start]).rstrip(_MARKS), " ".join(pieces[start:])
    title, *rest = _BETWEEN.split(text, maxsplit=1)
    return (title, rest[0]) if titled and rest else (text, "")


def _heading(rows: Sequence[Row], words: ColumnNames) -> tuple[int, dict[str, list[int]]]:
    best, most = NoHeadingError(), (-1, 0)
    for index, row in enumerate(rows[:_HEADING_WITHIN]):
        columns: dict[str, list[int]] = {}
        together: list[int] = []
        for place, cell in enumerate(row.cells):
            field, *others = (*_fields(cell, words), None)
            if {field, *others} - {None} == {"title", "agency"}:
                together.append(place)
            elif field and (field not in columns or field == "full_name"):
                columns.setdefault(field, []).append(place)
        if together and columns.setdefault("title", together[:1]) == together[:1]:
            columns.setdefault("agency", together[:1])
        if row.merged_across:
            continue
        if {"full_name", "title"} <= columns.keys():
            return index, columns
        if (len(columns), len(set(row.cells))) > most:
            most, best.row = (len(columns), len(set(row.cells))), row
            best.missing = tuple(field for field in ("full_name", "title") if field not in columns)
    raise best


def _fields(heading: str, words: ColumnNames) -> list[str]:
    """Return the fields of `RosterEntry` for which the column heading stands; [] if the heading is not known.

    Of several known headings contained in it, the field of the longest one comes first.
    """
    key, core = _key(heading), _key(_IN_PARENTHESES.sub("", heading))
    named = [
        (len(name), field)
        for field, names in words.columns.items()
        for name in map(_key, names)
        if core == name or (" " in name and f" {name} " in f" {key} ")
    ]
    return list(dict.fromkeys(field for _, field in sorted(named, reverse=True)))


def _key(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(normalise(text).text)))


def _day(written: str) -> date | None:
    found = _DAY.fullmatch(written) or _ISO_DAY.fullmatch(written)
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


_HEADING_WITHIN = 30
_MARKS = " ,;.-–"
_BETWEEN = re.compile(r"\s*[,;]\s+|\s+[-–]\s+")
_SHORTEST_NAME = 2
_EXACT_DIGITS = 15
_UID = re.compile(r"\d{15,20}")
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\([^)]*\)")
_SECTION_NUMBER = re.compile(r"^(?:[IVXLC]+|[A-ZĐ]|\d{1,3})[.)/]\s*|^(?:[IVXLC]+)\s*-\s*")
_TOTAL = re.compile(r"(?:tong|cong|tong cong|tong so|nguoi lap|ghi chu)\b")
_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})")
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?: 00:00:00)?")
