"""Totals of the activity report, counted in the database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, and_, func, literal_column, not_, or_, select, true

from zalo_governor.domain.cases import UNSURE_LABEL, CaseState
from zalo_governor.domain.clock import from_ms, from_ms_or_none, to_ms
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.events import (
    AdminChanged,
    EventBase,
    GroupCall,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    MemberRemoved,
    MembersJoined,
    MembersLeft,
    MessageRecalled,
    MessageSent,
    PinChanged,
    SealedHeard,
    UnknownContent,
)
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.domain.message_acts import ActState
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.reports import Activity, ClauseFigures, Coverage
from zalo_governor.storage.queries.retention_marks import gone_before
from zalo_governor.storage.repositories.base import Repository, within
from zalo_governor.storage.repositories.gaps import gap
from zalo_governor.storage.schema import (
    GIVEN_UP,
    WAITS,
    accounts,
    cases,
    events,
    findings,
    gaps,
    inbox,
    message_acts,
    outbox,
    persons,
    rule_failures,
    waiting,
)
from zalo_governor.storage.schema.base import count_where

CHANGES = (AdminChanged, GroupInfoChanged, GroupSettingChanged, InviteLinkChanged, PinChanged)
"""Types of events that are changes of a group: its information, settings, administrators, invite link or pins."""

# A sealed message is stored as SealedHeard. Revisions do not count as messages, nor does what the bot writes.
A_MESSAGE = and_(
    or_(
        events.c.kind == MessageSent.kind,
        and_(events.c.kind == SealedHeard.kind, events.c.element == ElementKind.MESSAGE.value),
    ),
    events.c.revision.is_(False),
    events.c.own.is_(False),
)


class _EventGroup(NamedTuple):
    """Number of events that have the same kind, source, `late` and `sealed`.

    The source is live, backfill (fetched later from Zalo's history) or group sync; late: judged after younger events;
    sealed: content not stored, as it may be a state secret.
    """

    kind: str
    source: str
    late: bool
    sealed: bool
    number: int
    people: int
    """Total number of members whom these events concern, such as those who joined."""


class _EventCounts(NamedTuple):
    """Event counts of a period: the number of all events, and groups of all but the ordinary messages received live."""

    everything: int
    unusual: Sequence[_EventGroup]

    def number_of(self, *kinds: type[EventBase]) -> int:
        """Return the number of events of these kinds in `unusual`; ordinary live messages are not counted by kind."""
        names = {kind.kind for kind in kinds}
        return sum(some.number for some in self.unusual if some.kind in names)

    def people_of(self, *kinds: type[EventBase]) -> int:
        """Return the total number of members whom the events of these kinds concern."""
        names = {kind.kind for kind in kinds}
        return sum(some.people for some in self.unusual if some.kind in names)


class Statistics(Repository):
    """Counts of a group's events, cases and messages in a period, for the activity report."""

    def first_heard(self, group_id: str) -> datetime | None:
        """Return the time of the first element (message, act or receipt) received from the group; None if none was."""
        earliest = select(func.min(inbox.c.at_ms)).where(
            inbox.c.thread_id == group_id, inbox.c.source != Source.SWEEP.value, *self._heard_by_account(inbox.c.id)
        )
        first_ms = self._tx.execute(earliest).scalar()
        return from_ms_or_none(first_ms)

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """Count the elements received in [start, end): judged, waiting, sealed, unparsable, ...

        An element is a message, act or receipt received from Zalo; sealed means that its content is not stored, as it
        may be a state secret.
        """
        heard = and_(
            within(inbox.c.thread_id, inbox.c.at_ms, group_id, start, end),
            inbox.c.source != Source.SWEEP.value,
            *self._heard_by_account(inbox.c.id),
        )
        failed = and_(
            within(rule_failures.c.group_id, rule_failures.c.at_ms, group_id, start, end),
            *self._heard_by_account(rule_failures.c.event_id),
        )
        everything, unusual = self._count_events(group_id, start, end)
        swept = [some for some in unusual if some.source == Source.SWEEP.value]
        heard_so = [some for some in unusual if some.source != Source.SWEEP.value]
        # Written so that the database reads the few rows in such a state, not the million of the period.
        unjudged = select(count_where(heard)).join_from(waiting, inbox, WAITS)
        broken = inbox.c.state == literal_column("'dead'")
        dead = select(count_where(heard)).where(broken)
        # A broken element may not even name its group: it is counted for every group.
        nowhere = select(
            count_where(
                and_(
                    within(inbox.c.thread_id, inbox.c.at_ms, "", start, end),
                    inbox.c.source != Source.SWEEP.value,
                    *self._heard_by_account(inbox.c.id),
                )
            )
        ).where(broken)
        unclear = (
            select(func.count())
            .select_from(message_acts)
            .where(
                within(message_acts.c.group_id, message_acts.c.at_ms, group_id, start, end),
                message_acts.c.state != ActState.APPLIED.value,
                *self._heard_by_account(message_acts.c.event_id),
            )
        )
        self._tx.flush()
        lost = self._number(nowhere)
        kept_from = gone_before(self._tx.connection)
        return Coverage(
            content_from=kept_from if kept_from and kept_from > start else None,
            heard=self._number(select(func.count()).select_from(inbox).where(heard)) + lost,
            judged=everything - _number_of(swept),
            waiting=self._number(unjudged),
            sealed=_number_of(some for some in heard_so if some.sealed),
            dead_letters=self._number(dead) + lost,
            recovered=_number_of(some for some in heard_so if some.source == Source.BACKFILL.value),
            late=_number_of(some for some in heard_so if some.late),
            unknown=_number_of(some for some in heard_so if some.kind == UnknownContent.kind),
            rule_failures=self._number(select(func.count()).select_from(rule_failures).where(failed)),
            unclear=self._number(unclear),
            gaps=tuple(self.gaps(group_id, start, end)),
        )

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """Return how many messages, joins, recalls, changes and calls there were in the group in [start, end).

        The bot's own messages do not count.
        """
        wrote = self._messages_by_person(group_id, start, end)
        counts = self._count_events(group_id, start, end)
        return Activity(
            messages=sum(wrote.values()),
            senders=len(wrote.keys() - {None}),
            joined=counts.people_of(MembersJoined),
            left=counts.people_of(MembersLeft, MemberRemoved),
            recalled=counts.number_of(MessageRecalled),
            changes=counts.number_of(*CHANGES),
            calls=counts.number_of(GroupCall),
        )

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Count the cases opened in [start, end) by clause of the regulation, ordered by clause.

        Each count comes with the number of cases opened in [before, start), for comparison.
        """
        now = cases.c.opened_ms >= to_ms(start)
        rows = self._tx.execute(
            select(
                cases.c.clause,
                count_where(now).label("cases"),
                count_where(
                    and_(now, or_(_is_in_state(state for state in CaseState if state.open), GONE_SECRET))
                ).label("open"),
                count_where(and_(now, _is_in_state([CaseState.REMEDIED]), not_(GONE_SECRET))).label("remedied"),
                count_where(and_(now, _is_in_state([CaseState.CONFIRMED]))).label("confirmed"),
                count_where(and_(now, _is_in_state([CaseState.REFERRED]))).label("referred"),
                count_where(and_(now, _is_in_state([CaseState.FALSE_ALARM]))).label("false_alarms"),
                count_where(and_(now, _is_in_state([CaseState.REPORTED]))).label("reported"),
                count_where(and_(now, _is_in_state([CaseState.APPROVED]))).label("approved"),
                count_where(cases.c.opened_ms < to_ms(start)).label("before"),
            )
            .where(within(cases.c.group_id, cases.c.opened_ms, group_id, before, end))
            .group_by(cases.c.clause)
            .order_by(cases.c.clause)
        )
        return [ClauseFigures.model_validate(row._asdict()) for row in rows]

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count what rules found in [start, end) with severity `suspect`: too uncertain to notify anybody at once.

        Findings of rules on trial, which are only recorded, do not count.
        """
        return self._number(
            select(func.count())
            .select_from(findings)
            .where(
                within(findings.c.group_id, findings.c.at_ms, group_id, start, end),
                findings.c.severity == Severity.SUSPECT.value,
                findings.c.shadow.is_(False),
                *self._heard_by_account(findings.c.event_id),
            )
        )

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """Return (time, number of the person) of the findings with that label in [start, end), oldest first.

        `label` is the rule's name for a kind of finding. Only findings of severity `suspect`, which are too uncertain
        to open a case, are returned.
        """
        rows = self._tx.execute(
            select(findings.c.at_ms, findings.c.person_id)
            .where(
                within(findings.c.group_id, findings.c.at_ms, group_id, start, end),
                findings.c.severity == Severity.SUSPECT.value,
                findings.c.label == label,
                findings.c.shadow.is_(False),
                *self._heard_by_account(findings.c.event_id),
            )
            .order_by(findings.c.at_ms, findings.c.id)
        )
        return [(from_ms(row.at_ms), row.person_id) for row in rows]

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the bot's messages that were given up in [start, end): refused by Zalo, or not delivered in time.

        Messages about the group count, and those about no group, such as answers to commands given in private.
        """
        # One statement for each: SQLite reads the whole table where the index is asked for two groups at once.
        return sum(
            self._number(
                select(func.count())
                .select_from(outbox)
                .where(
                    within(outbox.c.group_id, outbox.c.done_ms, about, start, end),
                    outbox.c.state.in_(GIVEN_UP),
                )
            )
            for about in (group_id, NO_GROUP)
        )

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Return the group's gaps (times in which the bot missed messages) that overlap [start, end), oldest first."""
        return self._gaps(gaps.c.group_id == group_id, start, end)

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """Return the gaps that overlap [start, end) in the private messages to the bot accounts, oldest first.

        A gap is a time in which messages may have been missed.
        """
        uids = [self._tx.account] if self._tx.account else list(self._tx.execute(select(accounts.c.uid)).scalars())
        return self._gaps(gaps.c.group_id.in_(uids), start, end)

    def _gaps(self, whose: ColumnElement[bool], start: datetime, end: datetime) -> list[Gap]:
        rows = self._tx.execute(
            select(gaps)
            .where(
                whose,
                *([gaps.c.account == self._tx.account] if self._tx.account else []),
                gaps.c.began_ms < to_ms(end),
                or_(gaps.c.ended_ms.is_(None), gaps.c.ended_ms >= to_ms(start)),
            )
            .order_by(gaps.c.began_ms, gaps.c.id)
        )
        return [gap(row) for row in rows]

    def _messages_by_person(self, group_id: str, start: datetime, end: datetime) -> Counter[int | None]:
        """Return person id -> number of messages that the person posted in [start, end); None: unknown senders."""
        wrote = (
            select(events.c.person_id, func.count().label("number"))
            .where(
                within(events.c.group_id, events.c.at_ms, group_id, start, end),
                A_MESSAGE,
                *self._heard_by_account(events.c.id),
            )
            .group_by(events.c.person_id)
        )

        def counts() -> Counter[int | None]:
            same, found = self._merged(), Counter[int | None]()
            for row in self._tx.execute(wrote):
                found[same.get(row.person_id, row.person_id)] += row.number
            return found

        return self._tx.cached(("by person", group_id, start, end), counts)

    def _merged(self) -> dict[int, int]:
        """Return a dict: id of a person who was merged as a duplicate -> id of the person into which it was merged."""
        rows = self._tx.execute(select(persons.c.id, persons.c.merged_into).where(persons.c.merged_into.is_not(None)))
        return {row.id: row.merged_into for row in rows}

    def _count_events(self, group_id: str, start: datetime, end: datetime) -> "_EventCounts":
        """Count the group's events of [start, end): all of them, and by kind those that are not ordinary live messages.

        Uses one SQL statement: on PostgreSQL a second one would see what others write meanwhile.
        """
        here = (within(events.c.group_id, events.c.at_ms, group_id, start, end), *self._heard_by_account(events.c.id))
        alike = (events.c.kind, events.c.source, events.c.late, events.c.sealed)
        is_unusual = or_(
            events.c.kind != MessageSent.kind, events.c.source != Source.LIVE.value, events.c.late, events.c.sealed
        )
        everything = select(func.count().label("everything")).where(*here).subquery("everything")
        unusual = (
            select(*alike, func.count().label("number"), func.sum(events.c.people).label("people"))
            .where(*here, is_unusual)
            .group_by(*alike)
            .subquery("unusual")
        )
        together = select(everything, unusual).join_from(everything, unusual, true(), isouter=True)

        def counts() -> _EventCounts:
            rows = [row._asdict() for row in self._tx.execute(together)]
            counted = [row.pop("everything") for row in rows]
            return _EventCounts(counted[0], [_EventGroup(**row) for row in rows if row["kind"] is not None])

        return self._tx.cached(("counts", group_id, start, end), counts)

    def _number(self, statement: Executable) -> int:
        return int(self._tx.execute(statement).scalar_one())


GONE_SECRET = and_(cases.c.state == CaseState.REMEDIED.value, or_(cases.c.sealed, cases.c.label == UNSURE_LABEL))
"""SQL condition: a case of a possible secret whose message was recalled or deleted, which nobody has decided yet."""


def _is_in_state(states: Any) -> ColumnElement[bool]:
    return cases.c.state.in_([state.value for state in states])


def _number_of(alike: Iterable[_EventGroup]) -> int:
    return sum(some.number for some in alike)
