"""Reads messages as directives and replies by `text.directives`; returns times with zone and types of the domain."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from importlib import import_module
from typing import NamedTuple

from zalo_governor.domain.clock import VIETNAM, local
from zalo_governor.domain.directives import AnswerKind, DirectiveItem
from zalo_governor.text.directives.reader import DirectiveReader
from zalo_governor.text.directives.replies import ACKNOWLEDGED, NEITHER, is_delay, says_arrived, says_done
from zalo_governor.text.directives.times import NAMED_YEAR, IsWorkday, a_year_before, named_times, names_no_day, workday
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_LUNAR_NEW_YEAR = "Lunar New Year"
_TOO_FAR = timedelta(days=250)
"""A typed date without a year that would lie further ahead than this is taken as that of the year before."""
_SANG = re.compile(r"\bsang\s+")
_MOST_CHARACTERS = 600
"""Longest text that is stored of one item of a directive."""


@cache
def first_day_of_tet(year: int) -> date | None:
    """Return the first day of the lunar year (Tết) that begins in that year; None if the calendar lacks it."""
    days = import_module("holidays").country_holidays("VN", years=year, language="en_US")
    # The first day of the feast is the lunar New Year; its eve has a name of its own.
    return min((day for day, name in days.items() if name == _LUNAR_NEW_YEAR), default=None)


@cache
def reader_for(skip_holidays: bool) -> "ServiceReader":
    """Return the reader, made once per process; with `skip_holidays`, public holidays are no working days."""
    return ServiceReader(workday(skip_holidays))


class TypedDeadline(NamedTuple):
    """A deadline that a person typed to the bot."""

    moment: datetime
    """In UTC, with its time zone; lies in the past if the words name a date of this year that is over."""
    rest: str
    """The typed text without the words of the deadline."""
    other: datetime | None = None
    """Another moment that the words may mean as well; None if they are clear."""


class ServiceReader:
    """Reads directives, replies and dates; all times have a time zone."""

    def __init__(self, is_workday: IsWorkday) -> None:
        self._is_workday = is_workday

    @cached_property
    def _reader(self) -> DirectiveReader:
        # Made when the first text is read: its tables take several MB, and the panel hardly ever reads one.
        return DirectiveReader(is_workday=self._is_workday, tet=first_day_of_tet)

    def directive(self, text: str, role: str, at: datetime) -> tuple[bool | None, tuple[DirectiveItem, ...]]:
        """Read a message sent at `at` by a person with that role ("leader" or "admin").

        Returns:
            Whether it is a directive, None if unsure; and its parts (items), each with text, addressees and deadline.
        """
        reading = self._reader.read(text, role, _naive(at))
        return reading.directive, tuple(
            DirectiveItem(
                text=" ".join(item.text.split())[:_MOST_CHARACTERS],
                names=item.addressees,
            ).with_deadline(_aware(item.deadline) if item.deadline else None, at)
            for item in reading.items
        )

    def answer(self, reply: str, directive: str) -> AnswerKind | None:
        """Return what a reply is to a directive, given the texts of both; None if it does not answer it at all."""
        said = normalise(reply).text
        if is_delay(said):
            return AnswerKind.DELAYED
        label = self._reader.reply(reply, directive)
        if says_done(said) or (label == NEITHER and says_arrived(said)):
            return AnswerKind.REPORTED
        if label == NEITHER:
            return None
        return AnswerKind.RECEIVED if label == ACKNOWLEDGED else AnswerKind.REPORTED

    def addressees(self, text: str) -> list[str]:
        """Return whom a text is addressed to, as named in it."""
        return self._reader.addressees(normalise(text).text)

    def due(self, text: str, at: datetime) -> datetime | None:
        """Return the first deadline that a text sent at `at` sets; None if it sets none.

        It lies in the past only if the text sets none that is still ahead.
        """
        found = self._reader.deadlines(normalise(text).text, _naive(at))
        return _aware(found[0][1]) if found else None

    def deadline(self, text: str, at: datetime) -> TypedDeadline | None:
        """Find the first time that a text typed to the bot names; None if it names none, or a day such as 31/4.

        Zalo's time `at` of the message tells what "tomorrow" means. A date without a year that would lie more than 250
        days ahead is taken as that of the year before, a deadline that has passed.
        """
        plain = normalise(text).text
        sent = _naive(at)
        for named in named_times(plain, sent, self._is_workday, first_day_of_tet):
            moment = named.moment
            typed = plain[named.start : named.end]
            if names_no_day(typed, moment):
                return None
            if moment - sent > _TOO_FAR and named.form != "span" and not NAMED_YEAR.search(fold(typed)):
                moment = a_year_before(moment)
            rest = " ".join((plain[: named.start] + " " + plain[named.end :]).split())
            return TypedDeadline(_aware(moment), rest, self._other_moment(typed, named.moment, sent, at))
        return None

    def _other_moment(self, typed: str, moment: datetime, sent: datetime, at: datetime) -> datetime | None:
        """Return what typed words mean if "sang", without marks, is "to" and not "in the morning"; None if the same."""
        without = _SANG.sub("", typed)
        others = named_times(without, sent, self._is_workday, first_day_of_tet) if without != typed else ()
        return next((_aware(other.moment) for other in others if other.moment != moment), None)


def _naive(at: datetime) -> datetime:
    return local(at).replace(tzinfo=None)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=VIETNAM).astimezone(UTC)
