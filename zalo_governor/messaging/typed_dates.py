"""Parsing of days and moments in Viet Nam time, as typed in options of commands and answers of `init`.

Understood are 01/11/2026, 1-11-2026, 2026-11-01, 01/11 (this year's, or if that is to come, last year's), each also
with a time (01/11/2026 14:30, 14 giờ 30 hôm qua), hôm nay, hôm qua, hôm kia, 7 ngày (before today), 2 tuần, 12 giờ, and
7d, 2w, 12h; without diacritics as well.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from zalo_governor.domain.clock import VIETNAM, local, midnight, system_clock, today
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.formatter import one_line
from zalo_governor.messaging.periods import asked
from zalo_governor.text.fold import fold

EXAMPLES = 'ví dụ 01/11/2026, "hôm qua", "7 ngày" (7 ngày trước), 12h (12 giờ trước)'
"""Examples of a day or moment, for the help of an option."""

_DAYS_AGO = {"ngay": 1, "d": 1, "tuan": 7, "w": 7}
_HOURS_AGO = {"gio": 1.0, "h": 1.0, "phut": 1 / 60}
_AGO = re.compile(r"([0-9]{1,4}) ?([a-z]+?)(?: (?:truoc|qua|nay))?")
_TIME = re.compile(r"(.*?)[ t]*(?<![0-9])([0-9]{1,2})(?: ?gio ?|:|h|g)([0-9]{2})?\b[ ,]*(.*)")
_WHEN = re.compile(r"(?:vào )?l[uú]c\s+(.+?)(?=\s*(?:[,;]|:(?!\d))|\s+t[aạ]i\s|$)[\s,;:]*", re.IGNORECASE)
_WHERE = re.compile(r't[aạ]i\s+("[^"]*"|[^,;:"]+)\s*[,;:][\s,;:]*', re.IGNORECASE)
_PRESENT = {"", "này", "bây giờ"}
"""What is typed for the present time."""
_LONGEST = 80
"""Most characters of a typed time or place that are kept."""
_ENGLISH_DAYS = {"today": "hom nay", "yesterday": "hom qua"}


class _Stretch(NamedTuple):
    """A typed day or moment, as the time from `start` to before `end`; these may be equal for a moment."""

    start: datetime
    end: datetime


def start_of(text: str, option: str) -> datetime:
    """Return the start of a typed day (`01/11`, `hôm qua`), or the typed moment (`14:30 01/11`) itself, in UTC.

    Raises:
        ConfigError: the text is no day or moment; the message names `option`, an option of a command.
    """
    return _parse(text, option).start


def end_of(text: str, option: str) -> datetime:
    """Return the end of a typed day (the next midnight in Viet Nam) or of a typed minute, in UTC.

    Raises:
        ConfigError: the text is no day or moment; the message names `option`, an option of a command.
    """
    return _parse(text, option).end


def day_of(text: str, option: str) -> date:
    """Return the day that was typed; of a moment, its day in Viet Nam.

    Raises:
        ConfigError: the text is no day or moment; the message names `option`, an option of a command.
    """
    return local(_parse(text, option).start).date()


def parse_day(text: str) -> date | None:
    """Return the day in Viet Nam of a typed day or moment (`01/11`, `hôm qua`, `12h`); None if the text is neither."""
    found = _understand(text)
    return local(found.start).date() if found else None


def parse_moment(text: str, now: datetime) -> datetime | None:
    """Return the typed moment (`8h hôm qua`; `8h` is today's) in UTC; None if not understood, or only a day."""
    found = _understand(f"{text} hôm nay", now) or _understand(text, now)
    return found.start.astimezone(UTC) if found and found.end - found.start < timedelta(days=1) else None


def read_scene(text: str, now: datetime) -> tuple[str, datetime | None, str, str]:
    """Split a text such as `lúc 8h hôm qua, tại cuộc họp: …`: return (`8h hôm qua`, its moment, `cuộc họp`, rest).

    Time and place are "" if not typed. The moment is `now` without a typed time, None if that is not understood.
    """
    found: dict[str, str] = {}
    text = unicodedata.normalize("NFC", text)
    for name, pattern in (("when", _WHEN), ("where", _WHERE), ("when", _WHEN)):
        if name not in found and (said := pattern.match(text)):
            found[name], text = said[1].strip('" '), text[said.end() :]
    when, where = (one_line(found.get(name, ""), _LONGEST) for name in ("when", "where"))
    return when, now if when.lower() in _PRESENT else parse_moment(when, now), where, text


def shown(moment: datetime) -> str:
    """Return a moment as text in Viet Nam time: `01/11/2026`, or `14:30 01/11/2026` if it is not midnight."""
    here = local(moment)
    return f"{here:%d/%m/%Y}" if _is_midnight(moment) else f"{here:%H:%M %d/%m/%Y}"


def shown_period(start: datetime | None, end: datetime | None) -> str:
    """Return the period from `start` to before `end`: `từ 01/11/2026 đến hết 05/11/2026`; "" if both are None."""
    parts = []
    if start:
        parts.append(f"từ {shown(start)}")
    if end:
        # A day ends when the next one begins; people name the day itself.
        parts.append(f"đến hết {shown(end - timedelta(days=1))}" if _is_midnight(end) else f"đến {shown(end)}")
    return " ".join(parts)


def _is_midnight(moment: datetime) -> bool:
    here = local(moment)
    return (here.hour, here.minute) == (0, 0)


def _parse(text: str, option: str) -> _Stretch:
    found = _understand(text)
    if found is None:
        raise ConfigError(f"{option}: không phải ngày: {text!r}; hãy ghi, {EXAMPLES}")
    return found


def _understand(text: str, now: datetime | None = None) -> _Stretch | None:
    typed = " ".join(fold(text).split())
    now = now or system_clock()
    return _ago(typed, now) or _whole_day(typed, now) or _moment(typed, now)


def _ago(typed: str, now: datetime) -> _Stretch | None:
    found = _AGO.fullmatch(typed)
    if found is None:
        return None
    number, unit = int(found[1]), found[2]
    if unit in _DAYS_AGO:
        return _day(today(now) - timedelta(days=number * _DAYS_AGO[unit]))
    if unit in _HOURS_AGO:
        moment = now - timedelta(hours=number * _HOURS_AGO[unit])
        return _Stretch(moment, moment)
    return None


def _whole_day(typed: str, now: datetime) -> _Stretch | None:
    day = _find_day(typed, today(now))
    return _day(day) if day else None


def _moment(typed: str, now: datetime) -> _Stretch | None:
    found = _TIME.fullmatch(typed)
    day = found and _find_day(f"{found[1]}{found[4]}".strip(" ,"), today(now))
    if not found or not day:
        return None
    try:
        moment = datetime(day.year, day.month, day.day, int(found[2]), int(found[3] or 0), tzinfo=VIETNAM)
    except ValueError:
        return None
    return _Stretch(moment, moment + timedelta(minutes=1))


def _find_day(typed: str, today_here: date) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        pass
    if typed.replace(" ", "") in {"homkia", "hkia"}:
        return today_here - timedelta(days=2)
    span = asked(_ENGLISH_DAYS.get(typed, typed), today_here) if typed else None
    return span.first if span and span.first == span.last else None


def _day(day: date) -> _Stretch:
    return _Stretch(midnight(day), midnight(day + timedelta(days=1)))
