"""Reads a message as a directive (who is to do what, by when), and a message as a reply to a directive."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from zalo_governor.text.directives.addressees import SpanModel, addressees_in, shipped_spans
from zalo_governor.text.directives.deadlines import DEADLINE, features_of_time, is_meant, rule_for_time
from zalo_governor.text.directives.orders import DIRECTIVE, features_of_order, is_consent
from zalo_governor.text.directives.replies import ACKNOWLEDGED, NEITHER, features_of_reply
from zalo_governor.text.directives.times import (
    LATELY,
    NAMED_YEAR,
    FirstDayOfTet,
    IsWorkday,
    NamedTime,
    a_year_before,
    monday_to_friday,
    named_times,
    names_no_day,
    no_tet,
)
from zalo_governor.text.fold import fold
from zalo_governor.text.linear_classes import ClassModel, shipped_classes
from zalo_governor.text.normalise import normalise

ORDERING_ROLES = frozenset({"leader", "leadership", "admin"})
"""Roles whose messages can be directives; an admin's only where it relays a leader's order."""


class Item(NamedTuple):
    """One order of a directive: who is to act, by when, and the sentences that say so."""

    addressees: tuple[str, ...]
    """As named in the text; empty where nobody is named, `addressees.EVERYBODY` for all."""
    deadline: datetime | None
    """Local time, without offset; None if there is none. One before the message counts only where none lies ahead."""
    text: str


class Reading(NamedTuple):
    """What a message orders."""

    directive: bool | None
    """Whether the message is a directive; None where that is unsure, so that the admins are asked."""
    items: tuple[Item, ...] = ()

    @property
    def addressees(self) -> tuple[str, ...]:
        """Return all addressees of the directive, each once, in the order of the text."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.addressees))

    @property
    def deadline(self) -> datetime | None:
        """Return the deadline of the first order that has one; None if none has."""
        return next((item.deadline for item in self.items if item.deadline), None)


class DirectiveReader:
    """Reads messages as directives, and as replies to them, with trained models (None: the shipped ones).

    Args:
        orders: decides whether a message is a directive.
        times: decides whether a time that it names is its deadline.
        replies: decides what a message is as a reply to a directive.
        spans: finds the words that name addressees.
        is_workday: returns whether a date is a working day.
        tet: returns the first day of the lunar year that begins in a year.
    """

    def __init__(
        self,
        orders: ClassModel | None = None,
        times: ClassModel | None = None,
        replies: ClassModel | None = None,
        spans: SpanModel | None = None,
        is_workday: IsWorkday = monday_to_friday,
        tet: FirstDayOfTet = no_tet,
    ) -> None:
        self._orders = orders or shipped_classes("directive")
        self._times = times or shipped_classes("deadline")
        self._replies = replies or shipped_classes("reply")
        self._spans = spans or shipped_spans()
        self._is_workday = is_workday
        self._tet = tet

    def read(self, text: str, role: str, sent_at: datetime) -> Reading:
        """Return what a message orders; nothing unless `role` is in `ORDERING_ROLES`. `sent_at` is local time."""
        if role not in ORDERING_ROLES:
            return Reading(False)
        text = normalise(text).text
        times = self._times_in(text, sent_at)
        score = _lead(self._orders, features_of_order(text, role, times, sent_at), DIRECTIVE)
        if score < _HARDLY_EVER:
            return Reading(False)
        found = self._deadlines_among(text, times, sent_at)
        items = tuple(self._items(text, times, self._still_meant(text, found, times, sent_at)))
        has_deadline = bool(found)
        named = any(item.addressees for item in items)
        sure_from, unsure_from = _WITH_DEADLINE if has_deadline else _WITH_NAMES if named else _WITH_NEITHER
        if score < unsure_from:
            return Reading(False)
        if not has_deadline and is_consent(text):
            # "Đồng ý. Các đồng chí theo dõi sát." asks for nothing that could be reported.
            sure_from = max(sure_from, _CONSENT_ORDERS_FROM)
        return Reading(True if score >= sure_from else None, items)

    def addressees(self, text: str) -> list[str]:
        """Return whom a normalised directive is addressed to, as named in it (see `addressees.addressees_in`)."""
        return list(dict.fromkeys(addressees_in(text, self._spans, self._times_in(text, _ANY_TIME))))

    def deadlines(self, text: str, sent_at: datetime) -> list[tuple[int, datetime]]:
        """Return the deadlines that a normalised text sets, as (place in the text, moment)."""
        times = self._times_in(text, sent_at)
        return self._still_meant(text, self._deadlines_among(text, times, sent_at), times, sent_at)

    def _times_in(self, text: str, sent_at: datetime) -> list[NamedTime]:
        return named_times(text, sent_at, self._is_workday, self._tet)

    def _deadlines_among(self, text: str, times: Sequence[NamedTime], sent_at: datetime) -> list[NamedTime]:
        found = []
        for which, named in enumerate(times):
            is_deadline = rule_for_time(text, times, which, sent_at)
            if is_deadline is None:
                facts = features_of_time(text, times, which, sent_at)
                is_deadline = _lead(self._times, facts, DEADLINE) >= _DEADLINE_FROM
            if is_deadline:
                found.append(named)
        return found

    def _still_meant(
        self, text: str, found: Sequence[NamedTime], times: Sequence[NamedTime], sent_at: datetime
    ) -> list[tuple[int, datetime]]:
        """Return the deadlines after `sent_at`, as (place in the text, moment); without any, those just before it.

        `found` are the times in the text that are deadlines, `times` are all times in it.
        """
        ahead = [one for one in found if one.moment > sent_at and is_meant(text, one, sent_at)]
        found = ahead or self._deadlines_among(text, [_of_late(text, one, sent_at) for one in times], sent_at)
        found = [one for one in found if not names_no_day(text[one.start : one.end], one.moment)]
        return [(one.start, one.moment) for one in found if is_meant(text, one, sent_at)]

    def reply(self, reply: str, directive: str) -> str:
        """Return what a message is as a reply to the directive: "ack" (only received), "answer" or "no" (neither)."""
        if not any(letter.isalnum() for letter in reply):
            return ACKNOWLEDGED if _SIGN_OF_RECEIPT.search(reply) else NEITHER
        scores = self._replies.scores(features_of_reply(normalise(reply).text, normalise(directive).text))
        return max(zip(scores, self._replies.labels, strict=True))[1]

    def _items(self, text: str, times: Sequence[NamedTime], deadlines: Sequence[tuple[int, datetime]]) -> list[Item]:
        """Split a directive into its orders: one for each part that names addressees of its own.

        Who is named again gets a further order only if that has another deadline.
        """
        addressees = addressees_in(text, self._spans, times)
        items = self._orders_to(addressees, text, deadlines)
        dues = {(name, item.deadline) for item in items for name in item.addressees if item.deadline}
        if len(dues) > len({name for name, _ in dues}):
            return items
        return self._orders_to(list(dict.fromkeys(addressees)), text, deadlines)

    def _orders_to(self, addressees: Sequence[str], text: str, deadlines: Sequence[tuple[int, datetime]]) -> list[Item]:
        """Return the orders for these addressees, in the order of the text.

        A deadline belongs to the part that contains it; parts without one have the deadline that follows the last
        addressee, which is meant for all.
        """
        parts = _parts(text, addressees)
        common = next((moment for start, moment in deadlines if start >= parts[-1][0]), None)
        if len(parts) > 1 and text[: parts[0][1]].rstrip().endswith(":"):
            # A heading ("Giao các sở, ngành:") names in general whom the items name one by one.
            del parts[0]
        common = common or next((moment for start, moment in deadlines if start < parts[0][0]), None)
        items = []
        for start, end, names in parts:
            own = next((moment for place, moment in deadlines if start <= place < end), None)
            items.append(Item(tuple(dict.fromkeys(names)), own or common, text[start:end].strip()))
        if (
            deadlines
            and len(items) > 1
            and parts[0][0] == 0
            and items[0].deadline != deadlines[0][1]
            and deadlines[0][0] < parts[0][1]
        ):
            items[0] = items[0]._replace(deadline=deadlines[0][1])
        return items


def _of_late(text: str, named: NamedTime, sent_at: datetime) -> NamedTime:
    """Return a time without a year as that of the last days, if it was then, not that of next year; else unchanged."""
    at = named.moment
    before = a_year_before(at)
    settled = named.form == "span" or NAMED_YEAR.search(fold(text[named.start : named.end]))
    late = sent_at - LATELY <= before <= sent_at and not settled
    return named._replace(moment=before) if late else named


def _parts(text: str, addressees: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """Return the parts of a text that begin with the sentence of their first addressee, as (start, end, addressees)."""
    parts: list[tuple[int, int, list[str]]] = []
    breaks = [0, *(match.end() for match in _SENTENCE.finditer(text))]
    at = 0
    for name in addressees:
        tail = name.rsplit(" ", 1)[-1] if text.find(name, at) < 0 else name
        again = any(name in names for _, _, names in parts)
        found = text.find(tail, at + again)
        at = max(at, found)
        start = max(one for one in breaks if one <= at)
        if parts and start <= parts[-1][0]:
            parts[-1][2].append(name)
        else:
            parts.append((start, len(text), [name]))
    if not parts:
        return [(0, len(text), [])]
    ends = [start for start, _, _ in parts[1:]] + [len(text)]
    headed = len(parts) > 1 and text[: parts[0][0]].rstrip().endswith(":")
    return [
        (start if number or headed else 0, end, names)
        for number, ((start, _, names), end) in enumerate(zip(parts, ends, strict=True))
    ]


def _lead(model: ClassModel, facts: frozenset[str] | set[str], label: str) -> float:
    """Return by how much the class leads the other one of a model of two classes."""
    scores = dict(zip(model.labels, model.scores(facts), strict=True))
    own = scores.pop(label)
    return own - max(scores.values())


_SENTENCE = re.compile(r"(?<=[.!?;])(?<!^\d\.)(?<!^\d\d\.)(?<!\s\d\.)(?<!\s\d\d\.)\s+|(?<=:)\s+(?=\d{1,2}[.)]\s)|\n+")
"""Where a sentence, or the heading of numbered items, ends; an item's number ("2. Sở Y tế …") is no sentence."""
_SIGN_OF_RECEIPT = re.compile("[👍👌🫡✅✔☑🙏💪🙋❤🆗👏]")
_HARDLY_EVER = -2.0
"""Lead of the class "directive" below which no message is one."""
_WITH_DEADLINE, _WITH_NAMES, _WITH_NEITHER = (-0.6, _HARDLY_EVER), (-0.4, -1.3), (0.0, -1.0)
"""Leads from which a message is a directive, and from which the admins are asked, by what was found in it.

Chosen with messages of writers left out of the training: a leader's message with a deadline is hardly ever anything
else; one that names neither a deadline nor anybody is often no order.
"""
_CONSENT_ORDERS_FROM = 0.2
"""Lead from which a message that begins with consent, and sets no deadline, orders something."""
_DEADLINE_FROM = -0.4
"""Lead of the class "deadline" from which a named time is one."""
_ANY_TIME = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - local times have no offset here
"""Time of sending for a text of which only the places of its times matter, not their moments."""
