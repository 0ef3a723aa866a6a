"""Reading of messages as directives and replies, in the services' own terms: aware times, kinds of answers."""

import re
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module

from zalo_governor.domain.clock import VIETNAM, local
from zalo_governor.domain.directives import AnswerKind, DirectiveItem
from zalo_governor.text.directives.reader import DirectiveReader
from zalo_governor.text.directives.replies import ACKNOWLEDGED, NEITHER
from zalo_governor.text.directives.times import IsWorkday, monday_to_friday, named_times
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

_LUNAR_NEW_YEAR = "Lunar New Year"
_MOST_CHARACTERS = 600
"""Longest text that is stored of one item of a directive."""


@cache
def workday(skip_holidays: bool) -> IsWorkday:
    """Return the function that tells working days: Monday to Friday, without public holidays if they are skipped."""
    if not skip_holidays:
        return monday_to_friday
    # Imported only where it is wanted: it takes 14 MB.
    calendar = import_module("holidays").country_holidays("VN")

    def is_workday(day: date) -> bool:
        return monday_to_friday(day) and day not in calendar

    return is_workday


@cache
def first_day_of_tet(year: int) -> date | None:
    """Return the first day of the lunar year that begins in that year."""
    days = import_module("holidays").country_holidays("VN", years=year, language="en_US")
    # The first day of the feast is the lunar New Year; its eve has a name of its own.
    return min((day for day, name in days.items() if name == _LUNAR_NEW_YEAR), default=None)


@cache
def reader_for(skip_holidays: bool) -> "ServiceReader":
    """Return the reader, made once per process."""
    return ServiceReader(workday(skip_holidays))


class ServiceReader:
    """Reads directives, replies and dates; times are aware."""

    def __init__(self, is_workday: IsWorkday) -> None:
        self._reader = DirectiveReader(is_workday=is_workday, tet=first_day_of_tet)
        self._is_workday = is_workday

    def directive(self, text: str, role: str, at: datetime) -> tuple[bool | None, tuple[DirectiveItem, ...]]:
        """Read a message of a person with that role ("leader" or "admin").

        Returns:
            Whether it is a directive, None if unsure; and its items.
        """
        reading = self._reader.read(text, role, _naive(at))
        return reading.directive, tuple(
            DirectiveItem(
                text=" ".join(item.text.split())[:_MOST_CHARACTERS],
                names=item.addressees,
                due_at=_due(item.deadline, at),
            )
            for item in reading.items
        )

    def answer(self, reply: str, directive: str) -> AnswerKind | None:
        """Return what a message says as an answer to a directive; None if it is no answer to it."""
        label = self._reader.reply(reply, directive)
        if label == NEITHER:
            return None
        if _DELAY.search(fold(normalise(reply).text)):
            return AnswerKind.DELAYED
        return AnswerKind.RECEIVED if label == ACKNOWLEDGED else AnswerKind.REPORTED

    def addressees(self, text: str) -> list[str]:
        """Return whom a text is addressed to, as named in it."""
        return self._reader.addressees(normalise(text).text)

    def due(self, text: str, at: datetime) -> datetime | None:
        """Return the first deadline that a text sent at `at` sets; None if it sets none."""
        found = self._reader.deadlines(normalise(text).text, _naive(at))
        return _due(found[0][1], at) if found else None

    def deadline(self, text: str, at: datetime) -> tuple[datetime, str] | None:
        """Find the first time that a text typed to the bot names; return it, and the text without it; None if none."""
        plain = normalise(text).text
        for named in named_times(plain, _naive(at), self._is_workday, first_day_of_tet):
            return _aware(named.moment), " ".join((plain[: named.start] + " " + plain[named.end :]).split())
        return None


def _naive(at: datetime) -> datetime:
    return local(at).replace(tzinfo=None)


def _due(deadline: datetime | None, at: datetime) -> datetime | None:
    """Return the deadline as an aware time; None if it was over when it was set, which is not what was meant."""
    due = _aware(deadline) if deadline else None
    return due if due is not None and due > at else None


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=VIETNAM).astimezone(UTC)


_DELAY = re.compile(
    r"\b(?:xin (?:phep )?(?:duoc )?(?:gia han|lui|cham|nop muon|them (?:thoi gian|\d)|hoan)|gia han"
    r"|chua (?:kip|xong|hoan thanh|the)|cham (?:do|vi|so voi)|dang vuong|vuong mac|lui (?:thoi han|han))\b"
)
