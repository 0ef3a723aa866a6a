"""Parse report periods typed in Vietnamese (today, week, month 10, quarter, 01/10-31/10); days are in Viet Nam time."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from zalo_governor.domain.clock import local, midnight, today
from zalo_governor.domain.reports import Period
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId


class Span(NamedTuple):
    """A period typed or computed: the days from `first` to `last`, both included, with the period's name.

    `name` is the id of the text that names the period, and `fields` are the values to be filled into that text.
    """

    first: date
    last: date
    name: TextId
    fields: dict[str, str]


def asked(words: str, today: date) -> Span | None:
    """Parse a period typed by a user, such as `hom qua` (yesterday); return None if it is not understood.

    `words` is in lower case without diacritics; an empty text means `today`. A date without a year is its latest
    occurrence that is not after `today`.
    """
    text = " ".join(words.split())
    for understood in (_parse_named, _parse_month, _parse_quarter, _parse_year, _parse_range, _parse_day):
        if span := understood(text, today):
            return span
    return None


def named_in(words: str, today: date, default: str) -> Span:
    """Return the period that a sentence, in lower case without diacritics, names; else the period `default` ("tuan").

    A period of the kind of `default` (`tuan truoc`) comes first, then any other of two words or more (`thang 3`).
    """
    tokens = words.split()
    usual = _parse_named(default, today) or days(today, today)
    other = None
    for length in range(min(len(tokens), _LONGEST), 0, -1):
        for at in range(len(tokens) - length + 1):
            text = " ".join(tokens[at : at + length]).strip(" ,.?!;")
            span = asked(text, today) if text and text != default else None
            if span and (span.name is usual.name or {span.name, usual.name} == _WEEKS):
                return span
            other = other or (span if span and length > 1 else None)
    return other or usual


def as_period(span: Span, voice: MessageFormatter) -> Period:
    """Return the span as a period with start and end in UTC, and its Vietnamese name as label."""
    return Period(
        start=midnight(span.first),
        end=midnight(span.last + timedelta(days=1)),
        label=voice.render(span.name, **span.fields),
        command=_command(span),
    )


def days(first: date, last: date) -> Span:
    """Return the days from `first` to `last`, both included, as a period that is named by these dates."""
    if first == last:
        return Span(first, last, TextId("period_day"), {"date": _format_date(first)})
    return Span(first, last, TextId("period_range"), {"start": _format_date(first), "end": _format_date(last)})


def up_to(due: datetime, length: timedelta, name: TextId, voice: MessageFormatter) -> Period:
    """Return the period of that length that ends at `due`; `name` is the id of the text that names the period.

    Consecutive scheduled reports, each on the time up to its `due`, thus leave nothing out. The period's `command`,
    typed after `/baocao` to get the report again, asks for the whole days that the period touches.
    """
    end = due.astimezone(UTC)
    command = _command(days(today(end - length), today(end - timedelta(milliseconds=1))))
    here = local(end)
    label = voice.render(name, moment=f"{here:%H:%M} ngày {here:%d/%m/%Y}")
    return Period(start=end - length, end=end, label=label, command=command)


def month_before(day: date) -> Span:
    """Return the whole calendar month before the month in which `day` lies."""
    return _month_of((day.replace(day=1) - _ONE_DAY).replace(day=1))


def quarter_before(day: date) -> Span:
    """Return the whole calendar quarter before the quarter in which `day` lies."""
    last = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1) - _ONE_DAY
    return _quarter_of(date(last.year, last.month - 2, 1))


_ONE_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_DATE = r"([0-9]{1,2})\s?[/.]\s?([0-9]{1,2})(?:\s?[/.]\s?([0-9]{4}))?"
_RANGE = re.compile(rf"(?:tu )?(?:ngay )?{_DATE}\s?(?:-|–|—|~|den het|den|toi)\s?(?:ngay )?{_DATE}")
_SINGLE = re.compile(rf"(?:ngay )?{_DATE.replace('/.', '/.-')}")
_MONTH_NAMES = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_MONTH = re.compile(
    rf"(?:thang ?|t(?=[0-9]))([0-9]{{1,2}}|{'|'.join(sorted(_MONTH_NAMES, key=len, reverse=True))})"
    r"(?:\s?(?:[/.-]|nam)\s?([0-9]{4}))?"
)
_QUARTER = re.compile(r"(?:quy ?|q)([1-4]|i{1,3}|iv)(?:\s?(?:[/.-]|nam)\s?([0-9]{4}))?")
_YEAR = re.compile(r"nam ?([0-9]{4})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEARS = range(2000, 2101)
_LONGEST = 9
_WEEKS = {TextId("period_week"), TextId("period_range")}


def _parse_named(text: str, today: date) -> Span | None:
    monday = today - timedelta(days=today.weekday())
    first_of_month = today.replace(day=1)
    first_of_quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    match text.replace(" ", ""):
        case "" | "homnay" | "hnay" | "ngay" | "ngaynay" | "homni" | "buanay" | "buani":
            return days(today, today)
        case "homqua" | "hqua" | "demqua" | "buaqua":
            return days(today - _ONE_DAY, today - _ONE_DAY)
        case "homkia":
            return days(today - 2 * _ONE_DAY, today - 2 * _ONE_DAY)
        case "tuan" | "tuannay" | "tuanni":
            return _week_of(monday, today)
        case "tuantruoc" | "tuanqua" | "tuanroi" | "tuanvuaroi" | "tuanvuaqua":
            return _week_of(monday - _WEEK, today)
        case "thang" | "thangnay" | "thangni":
            return _month_of(first_of_month)
        case "thangtruoc" | "thangqua" | "thangroi" | "thangvuaroi" | "thangvuaqua":
            return month_before(today)
        case "quy" | "quynay":
            return _quarter_of(first_of_quarter)
        case "quytruoc" | "quyqua":
            return quarter_before(today)
        case "nam" | "namnay":
            return _year_of(today.year)
        case "namtruoc" | "namqua" | "namngoai":
            return _year_of(today.year - 1)
        case _:
            return None


def _parse_month(text: str, today: date) -> Span | None:
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    month = _MONTH_NAMES.get(found[1]) or int(found[1])
    first = _latest_month_start(found[2], month, today) if 1 <= month <= 12 else None
    return _month_of(first) if first else None


def _parse_quarter(text: str, today: date) -> Span | None:
    found = _QUARTER.fullmatch(text)
    if not found:
        return None
    number = _ROMAN.get(found[1]) or int(found[1])
    first = _latest_month_start(found[2], 3 * number - 2, today)
    return _quarter_of(first) if first else None


def _parse_year(text: str, today: date) -> Span | None:
    found = _YEAR.fullmatch(text)
    return _year_of(int(found[1])) if found and int(found[1]) in _YEARS else None


def _parse_range(text: str, today: date) -> Span | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    day, month, year, last_day, last_month, last_year = (int(part) if part else None for part in found.groups())
    if last_year is not None:
        first = _valid_date(year or last_year, month, day)
        last = _valid_date(last_year, last_month, last_day)
        if first and last and first > last and year is None:
            first = _valid_date(last_year - 1, month, day)
    else:
        first = _valid_date(year, month, day) if year else _latest_day(month, day, today)
        last = first and _valid_date(first.year, last_month, last_day)
        if first and last and last < first:
            last = _valid_date(first.year + 1, last_month, last_day)
    return days(first, last) if first and last and first <= last else None


def _parse_day(text: str, today: date) -> Span | None:
    found = _SINGLE.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(part) if part else None for part in found.groups())
    only = _valid_date(year, month, day) if year else _latest_day(month, day, today)
    return Span(only, only, TextId("period_day"), {"date": _format_date(only)}) if only else None


def _week_of(monday: date, today: date) -> Span:
    """Return the week from `monday` to Sunday; the name of the current week gives `today` as its end."""
    sunday = monday + timedelta(days=6)
    end = _format_date(min(sunday, today))
    return Span(monday, sunday, TextId("period_week"), {"start": f"{monday:%d/%m}", "end": end})


def _month_of(first: date) -> Span:
    last = (first + timedelta(days=31)).replace(day=1) - _ONE_DAY
    return Span(first, last, TextId("period_month"), {"month": str(first.month), "year": str(first.year)})


def _quarter_of(first: date) -> Span:
    last = (first + timedelta(days=95)).replace(day=1) - _ONE_DAY
    number = (first.month + 2) // 3
    return Span(first, last, TextId("period_quarter"), {"quarter": str(number), "year": str(first.year)})


def _year_of(year: int) -> Span:
    return Span(date(year, 1, 1), date(year, 12, 31), TextId("period_year"), {"year": str(year)})


def _latest_month_start(year: str | None, month: int, today: date) -> date | None:
    if year:
        return _valid_date(int(year), month, 1)
    return date(today.year - (month > today.month), month, 1)


def _latest_day(month: int | None, day: int | None, today: date) -> date | None:
    this_year = _valid_date(today.year, month, day)
    if this_year and this_year <= today:
        return this_year
    return _valid_date(today.year - 1, month, day)


def _valid_date(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or year not in _YEARS or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _command(span: Span) -> str:
    """Return words for the span that `asked` understands on any later day."""
    match span.name, span.fields:
        case "period_month", fields:
            return f"tháng {fields['month']}/{fields['year']}"
        case "period_quarter", fields:
            return f"quý {fields['quarter']}/{fields['year']}"
        case "period_year", fields:
            return f"năm {fields['year']}"
        case _, {"date": day}:
            return day
        case _, fields:
            return f"{fields['start']}-{fields['end']}"


def _format_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"
