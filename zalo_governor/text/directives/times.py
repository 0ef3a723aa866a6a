"""Finds the times that a Vietnamese message names ("trước 16h ngày 12/5", "cuối tuần", "trong 3 ngày làm việc").

Each expression is resolved to a moment by the conventions of offices: a date without a time means 17:00, "sáng" as a
limit 11:30, "trước ngày X" 17:00 of the day before, a weekday its next occurrence after the day of the message.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.directives.time_patterns import (
    BARE,
    BEFORE,
    EXCLUDES,
    GROUP_OF,
    KINDS,
    LIMIT,
    LIMIT_INSIDE,
    MARKED,
    PARTS_OF_DAY,
    SEAM,
)
from zalo_governor.text.fold import fold

IsWorkday = Callable[[date], bool]
FirstDayOfTet = Callable[[int], date | None]
"""Function (year): the first day of the lunar year that begins in it; None if it does not know."""


def monday_to_friday(day: date) -> bool:
    """Return whether the day is no Saturday or Sunday; public holidays count as working days."""
    return day.weekday() < _SATURDAY


@cache
def workday(skip_holidays: bool) -> IsWorkday:
    """Return a function that says whether a date is Monday to Friday and, if `skip_holidays`, no public holiday."""
    if not skip_holidays:
        return monday_to_friday
    # Imported only where it is wanted: it takes 14 MB.
    calendar = import_module("holidays").country_holidays("VN")

    def is_workday(day: date) -> bool:
        return monday_to_friday(day) and day not in calendar

    return is_workday


class NamedTime(NamedTuple):
    """A time that a text names, at [start, end)."""

    start: int
    end: int
    moment: datetime
    """The last moment that the expression allows if it is a deadline; local time, without offset."""
    form: str
    """Kind of expression, such as "date", "weekday" or "span", for those who judge whether it is a deadline."""
    limit: str
    """The word of limitation before it, without diacritics ("truoc", "cham nhat", "den", …); "" if there is none."""


def no_tet(_year: int) -> date | None:
    """Return None: without a calendar of lunar years, "trước Tết" is no time."""
    return None


def named_times(
    text: str, sent_at: datetime, is_workday: IsWorkday = monday_to_friday, tet: FirstDayOfTet = no_tet
) -> list[NamedTime]:
    """Return the times that the text names, in the order of the text.

    Args:
        text: a normalised text, with or without diacritics.
        sent_at: when it was sent; local time, without offset.
        is_workday: returns whether a date is a working day, for "ngày làm việc".
        tet: returns the first day of the lunar year that begins in a year, for "trước Tết" and "mùng 6 Tết".
    """
    lower = text.lower()
    atoms = MARKED if has_marks(lower) else BARE
    read = lower if has_marks(lower) else fold(text)
    found: list[NamedTime] = []
    at = 0
    while match := atoms.search(read, at):
        pieces, end = [match], match.end()
        while following := atoms.match(read, _after_seam(read, end)):
            if not _fits(pieces, following):
                break
            pieces.append(following)
            end = following.end()
        at = end
        if _is_name(text, pieces[0]):
            continue
        limit = _limit_before(read, match.start())
        if not limit[0] and LIMIT_INSIDE.search(read, match.start(), end):
            limit = (BEFORE, match.start())
        expression = _Expression(sent_at, is_workday, tet, limit[0])
        for piece in pieces:
            expression.add(piece)
        moment = expression.moment()
        if moment is not None:
            found.append(NamedTime(limit[1], end, moment, expression.form(), limit[0]))
    return found


def _after_seam(read: str, end: int) -> int:
    """Return where the next piece of a time may begin: after blanks, commas, "vào", "của" … at `end`, else `end`."""
    seam = SEAM.match(read, end)
    return seam.end() if seam else end


def _is_name(text: str, piece: re.Match[str]) -> bool:
    """Return whether a "Mai" is a person's name, not "tomorrow": it is capitalised inside a sentence."""
    said = text[piece.start() : piece.end()]
    before = text[: piece.start()].rstrip(" ")
    return said == "Mai" and bool(before) and before[-1] not in ".!?:;\n-"


def _limit_before(read: str, start: int) -> tuple[str, int]:
    """Return (the word of limitation that ends before `start`, where it begins)."""
    before = LIMIT.search(read, max(0, start - _LIMIT_WITHIN), start)
    if before is None:
        return "", start
    which = 1 if before.group(1) else 2
    return fold(" ".join(before.group(which).split())), before.start(which)


def _kind(piece: re.Match[str]) -> str:
    return next(name for name in KINDS if piece.group(f"as_{name}") is not None)


def _fits(pieces: list[re.Match[str]], following: re.Match[str]) -> bool:
    """Return whether a further piece may belong to the same expression: each kind occurs once."""
    kinds = {GROUP_OF[_kind(piece)] for piece in pieces}
    return GROUP_OF[_kind(following)] not in kinds and "span" not in kinds and _kind(following) != "span"


class _Expression:
    """Collects the pieces of one expression (clock, part of the day, day) and resolves them to a moment."""

    def __init__(self, sent_at: datetime, is_workday: IsWorkday, tet: FirstDayOfTet, limit: str) -> None:
        self._sent, self._is_workday, self._tet, self._limit = sent_at, is_workday, tet, limit
        self._clock: tuple[int, int] | None = None
        self._may_be_afternoon = False
        self._part = ""
        self._day: date | None = None
        self._exact: datetime | None = None
        self._kinds: list[str] = []

    def add(self, piece: re.Match[str]) -> None:
        """Add one piece of the expression."""
        kind = _kind(piece)
        self._kinds.append(kind)
        if _WHOLE.match(fold(piece.group())):
            self._limit = ""
        getattr(self, f"_add_{kind}")(piece)

    def form(self) -> str:
        """Return the kinds of the pieces, sorted."""
        return "+".join(sorted(self._kinds))

    def moment(self) -> datetime | None:
        """Return the moment meant; None if the pieces make none."""
        if self._exact is not None:
            return self._exact
        hour = self._hour()
        if self._day is None:
            if hour is None:
                return None
            today = datetime.combine(self._sent.date(), hour)
            if self._may_be_afternoon and not self._part and self._sent < today + _HALF_DAY:
                return today + _HALF_DAY
            if self._clock is None and "nay" not in self._part:
                return today if today > self._sent else today + _DAY
            return today if today > self._sent or "nay" in self._part else today + _DAY
        if hour is None and EXCLUDES.fullmatch(self._limit):
            return datetime.combine(self._day - _DAY, _CLOSE)
        found = datetime.combine(self._day, hour or _CLOSE)
        return found + _DAY if self._is_after_midnight(found) else found

    def _hour(self) -> time | None:
        if self._clock is None:
            return (
                next((hour for words, hour in PARTS_OF_DAY if words.search(self._part)), None) if self._part else None
            )
        hours, minutes = self._clock
        if self._is_past_evening():
            hours %= _NOON
        elif hours < _NOON and (_LATE.search(self._part) or (hours < _AFTERNOON and _MIDDAY.search(self._part))):
            hours += _NOON
        return time(hours % 24, minutes) if hours <= _HOURS and 0 <= minutes < _MINUTES else None

    def _is_past_evening(self) -> bool:
        """Return whether the hour is one after the evening or night that is named: "12h đêm", "1h khuya"."""
        hours = self._clock[0] if self._clock else _HOURS
        small = _SMALL_HOURS if _NIGHT.search(self._part) else _SMALLEST_HOURS if _EVENING.search(self._part) else 0
        return hours <= _NOON and hours % _NOON < small

    def _is_after_midnight(self, found: datetime) -> bool:
        """Return whether the hour belongs to the day after the named one: 24h, or an hour after midnight of its night.

        "Đêm nay", sent in the small hours, is the present night. "Từ 0h đêm nay" (from …) is no limit; its day stays as
        the trained tables expect it.
        """
        lasts = self._sent < found and found.date() == self._sent.date()
        at_night = self._is_past_evening() and not lasts and self._limit != "tu"
        return at_night or (self._clock is not None and self._clock[0] == _HOURS)

    # One method for each kind of piece: each reads the groups of its own expression.

    def _add_clock(self, piece: re.Match[str]) -> None:
        hours = _number(piece.group("hours"))
        if self._limit.startswith("trong") or hours > _HOURS:  # "trong 24h", "48 giờ"
            self._exact = self._sent + timedelta(hours=hours)
            return
        minutes = _number(piece.group("minutes") or piece.group("colon") or "") or (
            30 if piece.group("half") or piece.group("half_only") else 0
        )
        if piece.group("lacking"):
            hours, minutes = hours - 1, _MINUTES - _number(piece.group("lacking"))
        # "4 rưỡi nộp", said by day, is of the afternoon; "04:30" is not.
        early = hours <= _SMALL_HOURS and not piece.group("hours").startswith("0")
        self._may_be_afternoon = early and self._sent.hour > _SMALL_HOURS
        self._clock = (hours, minutes)
        self._part += "" if piece.group("at_night") is None else " khuya"

    def _add_half_day(self, piece: re.Match[str]) -> None:
        hours = _number(piece.group("am_hours")) % _NOON + _NOON * (piece.group("half_of_day") == "pm")
        self._clock = (hours, _number(piece.group("am_minutes") or ""))

    def _add_part(self, piece: re.Match[str]) -> None:
        self._part += " " + piece.group("part")
        if re.search(r"\bnay\b", self._part) and self._day is None:
            self._day = self._sent.date()

    def _add_today(self, _piece: re.Match[str]) -> None:
        self._day = self._sent.date()

    def _add_later(self, piece: re.Match[str]) -> None:
        self._day = self._sent.date() + timedelta(days=1 if "mai" in piece.group("later") else 2)

    def _add_weekday(self, piece: re.Match[str]) -> None:
        number = _WEEKDAYS[fold(piece.group("which"))]
        today = self._sent.date()
        week = fold(piece.group("week") or "")
        monday = today - timedelta(days=today.weekday())
        if "sau" in week or "toi" in week or "next" in week:
            self._day = monday + timedelta(days=7 + number)
        elif week:
            self._day = monday + timedelta(days=number)
            if self._day < today:
                self._day += _WEEK
        else:
            self._day = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)

    def _add_tet(self, piece: re.Match[str]) -> None:
        after = timedelta(days=_number(piece.group("tet_day") or "1") - 1)
        for year in (self._sent.year, self._sent.year + 1):
            first = self._tet(year)
            if first is not None and first + after > self._sent.date():
                self._day = first + after
                return

    def _add_date(self, piece: re.Match[str]) -> None:
        number = _number(piece.group("date_day") or piece.group("bare_day"))
        month, year = piece.group("date_month") or piece.group("bare_month"), piece.group("date_year")
        year = year or piece.group("bare_year")
        next_year = self._sent.year + 1 if piece.group("bare_next") else None
        self._day = self._next_date(number, _number(month) if month else None, _year(year) or next_year, "")

    def _add_solar_day(self, piece: re.Match[str]) -> None:
        self._day = self._next_date(_number(piece.group("solar")), None, None, "")

    def _add_day_of_month(self, piece: re.Match[str]) -> None:
        month = piece.group("dom_month")
        which = fold(piece.group("dom_rel") or "")
        self._day = self._next_date(
            _number(piece.group("dom")), _number(month) if month else None, _year(piece.group("dom_year")), which
        )

    def _add_week(self, piece: re.Match[str]) -> None:
        today = self._sent.date()
        monday = today - timedelta(days=today.weekday())
        words = fold(piece.group("week_of"))
        begins = monday + (_WEEK if re.search(r"\b(sau|toi)\b", words) else timedelta(0))
        if "dau" in words:
            self._day = monday + _WEEK if begins == monday and "nay" not in words else begins
        else:
            self._day = begins + timedelta(days=4)
            if self._day < today:
                self._day += _WEEK

    def _add_month(self, piece: re.Match[str]) -> None:
        words, named = fold(piece.group("month_of")), piece.group("month_number")
        today = self._sent.date()
        month, year = today.month, today.year
        if named:
            month = _number(named)
            year = _year(piece.group("month_year")) or (year + 1 if month < today.month else year)
        elif re.search(r"\b(sau|toi)\b", words):
            month, year = (month % 12) + 1, year + month // 12
        if not 1 <= month <= _MONTHS:
            return
        if "giua" in words:
            self._day = date(year, month, _MIDDLE_OF_MONTH)
        elif EXCLUDES.fullmatch(self._limit) or "dau" in words:  # "trước tháng 12": before its first day
            self._day = date(year, month, 1)
        else:
            self._day = _last_day(year, month)

    def _add_quarter(self, piece: re.Match[str]) -> None:
        today = self._sent.date()
        named = fold(piece.group("quarter_number") or "")
        quarter = _ROMAN.get(named, (today.month - 1) // 3 + 1)
        year = _year(piece.group("quarter_year")) or (today.year + (quarter * 3 < today.month))
        self._day = _last_day(year, quarter * 3)

    def _add_year(self, piece: re.Match[str]) -> None:
        words = fold(piece.group("year_of"))
        number = _year(piece.group("year_number"))
        self._day = date(number or self._sent.year + ("sau" in words or "toi" in words), 12, 31)

    def _add_span(self, piece: re.Match[str]) -> None:
        if piece.group("one_and_half"):
            self._exact = self._sent + timedelta(minutes=90)
            return
        count, unit = _number(piece.group("count")), fold(piece.group("unit"))
        if not count and fold(piece.group("count")).startswith("nua"):
            self._exact = self._sent + timedelta(minutes=30 if unit in _HOUR_WORDS else 12 * 60)
            return
        if unit in _MINUTE_WORDS:
            self._exact = self._sent + timedelta(minutes=count)
        elif unit in _HOUR_WORDS:
            extra = 30 if piece.group("span_half") else 0
            self._exact = self._sent + timedelta(hours=count, minutes=extra)
        else:
            self._exact = datetime.combine(self._after(count, unit, working=bool(piece.group("working"))), _CLOSE)

    def _after(self, count: int, unit: str, *, working: bool) -> date:
        """Return the date `count` units after the message; of working days only those count that are."""
        day = self._sent.date()
        if working:
            while count:
                day += _DAY
                count -= self._is_workday(day)
            return day
        if unit == "thang":
            months = day.month - 1 + count
            year, month = day.year + months // 12, months % 12 + 1
            return date(year, month, min(day.day, _last_day(year, month).day))
        return day + timedelta(days=count * (7 if unit == "tuan" else 1))

    def _next_date(self, number: int, month: int | None, year: int | None, which: str) -> date | None:
        """Return the next date with that day of the month (and month, year, if named); None if there is none."""
        today = self._sent.date()
        if "sau" in which or "toi" in which:
            month, year = today.month % 12 + 1, today.year + today.month // 12
        elif which:
            month, year = today.month, today.year
        if month is not None:
            found = _date(year or today.year, month, number)
            return _date(today.year + 1, month, number) if found and not year and found < today else found
        for ahead in range(_MONTHS):
            months = today.month - 1 + ahead
            found = _date(today.year + months // 12, months % 12 + 1, number)
            if found and found >= today:
                return found
        return None


def names_no_day(typed: str, moment: datetime) -> bool:
    """Return whether words for a time name a day that the calendar does not have ("17h ngày 31/4", 29/2 in most years).

    Also true for a day of another century. `moment` is what `named_times` made of the rest of the words.
    """
    days = [(int(found[1]), int(found[2])) for found in _DAY_AND_MONTH.finditer(fold(typed))]
    leap = _date(moment.year, _FEBRUARY, 29)
    in_leap_year = leap is not None and abs(leap - moment.date()) <= _DAY  # "trước 29/2" is the day before.
    return any(
        day > _last_day(_LEAP_YEAR, month).day or ((day, month) == (29, _FEBRUARY) and not in_leap_year)
        for day, month in days
        if 1 <= month <= _MONTHS
    ) or bool(_OTHER_CENTURY.search(fold(typed)))


def a_year_before(moment: datetime) -> datetime:
    """Return the same day and time of the year before; 28 February for the 29th."""
    return moment.replace(year=moment.year - 1, day=min(moment.day, 28) if moment.month == _FEBRUARY else moment.day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year // 100 == _CENTURY else None
    except ValueError:
        return None


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _year(said: str | None) -> int | None:
    return (int(said) if len(said) > 2 else 2000 + int(said)) if said else None


def _number(said: str) -> int:
    """Return a number written in digits or as words up to ninety-nine; 0 if it is none."""
    said = said.strip()
    if said.isdigit():
        return int(said)
    words = fold(said).split()
    if not words or any(word not in _DIGITS for word in words):
        return 0
    if len(words) == 1:
        return _DIGITS[words[0]]
    if words[0] == "muoi":
        return 10 + _DIGITS[words[1]]
    return _DIGITS[words[0]] * 10 + (_DIGITS[words[-1]] if words[-1] != "muoi" else 0)


_DIGITS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "chuc": 10, "ham": 2,
}  # fmt: skip
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4, "mot": 1, "hai": 2, "ba": 3, "bon": 4}
_WEEKDAYS = {
    "thu hai": 0, "thu 2": 0, "t2": 0, "thu ba": 1, "thu 3": 1, "t3": 1, "thu tu": 2, "thu 4": 2, "t4": 2,
    "thu nam": 3, "thu 5": 3, "t5": 3, "thu sau": 4, "thu 6": 4, "t6": 4, "thu bay": 5, "thu 7": 5, "t7": 5,
    "chu nhat": 6, "chua nhat": 6, "cn": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4,
}  # fmt: skip
_HOUR_WORDS = frozenset({"tieng", "gio", "h", "g", "gio dong ho", "tieng dong ho"})
_MINUTE_WORDS = frozenset({"phut", "p", "'"})
_SATURDAY, _NOON, _HOURS, _MINUTES, _MONTHS = 5, 12, 24, 60, 12
_SMALL_HOURS, _SMALLEST_HOURS, _AFTERNOON, _MIDDLE_OF_MONTH = 6, 5, 3, 15
_MIDDAY, _LATE = re.compile("trưa|trua"), re.compile("chiều|chieu|tối|toi|đêm|dem|khuya")
_EVENING, _NIGHT = re.compile("tối|toi nay"), re.compile("đêm|dem|khuya")  # "toi" alone may be "tôi" (I).
_WHOLE = re.compile(r"(?:cuoi|het) (?:tuan|thang|quy)\b|(?:cuoi nam|giua thang)\b")
"""Matches the end or middle of a period, whose day is within a limit also after "trước".

"Trước khi hết năm" is left out, as the trained tables expect it.
"""
_HALF_DAY, _DAY, _WEEK = timedelta(hours=12), timedelta(days=1), timedelta(days=7)
_CLOSE = time(17)
"""When offices close: the moment meant by a date without a time."""
NAMED_YEAR = re.compile(r"\b20\d\d\b|\d[/.-]\d{1,2}[/.-]\d{2}\b|\bnam (?:sau|toi|\d)|\btet\b")
"""Matches in the folded words of a time that names its year."""
LATELY = timedelta(days=7)
"""How long before the message a time may lie and still be its deadline, set by an author who mistook the date."""
_LIMIT_WITHIN = 40
_DAY_AND_MONTH = re.compile(r"(?<![\d/.:-])(\d{1,2})(?:\s?[/.-]\s?|\s*thang\s*)(\d{1,2})(?![\d:h])")
_OTHER_CENTURY = re.compile(r"(?:nam |/)(?!20)\d{4}\b")
_LEAP_YEAR, _FEBRUARY, _CENTURY = 2024, 2, 20
