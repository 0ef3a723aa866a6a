"""Counting: what the activity report says."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, and_, case, func, literal_column, or_, select, true

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms, to_ms
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
)
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.inbound import ElementKind, Source
from zalo_governor.domain.reports import Activity, ClauseFigures, Coverage
from zalo_governor.storage.maintenance.retention import gone_before
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.gaps import gap
from zalo_governor.storage.schema import (
    GIVEN_UP,
    NUMBER_BITS,
    WAITS,
    accounts,
    cases,
    events,
    findings,
    gaps,
    inbox,
    outbox,
    rule_failures,
    waiting,
)

CHANGES = (AdminChanged, GroupInfoChanged, GroupSettingChanged, InviteLinkChanged, PinChanged)
"""The group's information, settings, administrators, link or pins changed."""

# A message sealed at the door has become a SealedHeard; a revision is not another message; the bot's own are not
# the group's activity.
A_MESSAGE = and_(
    or_(
        events.c.kind == MessageSent.kind,
        and_(events.c.kind == SealedHeard.kind, events.c.element == ElementKind.MESSAGE.value),
    ),
    events.c.revision.is_(False),
    events.c.own.is_(False),
)


class _Some(NamedTuple):
    """Events that are alike."""

    kind: str
    source: str
    late: bool
    sealed: bool
    number: int
    people: int
    """How many members they concern."""


class _Look(NamedTuple):
    """What a look at the events of a period showed."""

    everything: int
    unusual: Sequence[_Some]

    def number_of(self, *kinds: type[EventBase]) -> int:
        """How many events there are of these kinds, none of which is a simple message."""
        return sum(some.number for some in self._of(kinds))

    def people_of(self, *kinds: type[EventBase]) -> int:
        """How many members events of these kinds concern."""
        return sum(some.people for some in self._of(kinds))

    def _of(self, kinds: Iterable[type[EventBase]]) -> list[_Some]:
        names = {kind.kind for kind in kinds}
        return [some for some in self.unusual if some.kind in names]


class Statistics(Repository):
    """Counts for the activity report."""

    def first_heard(self, group_id: str) -> datetime | None:
        """When anything of the group was first heard; None where nothing ever was."""
        earliest = select(func.min(inbox.c.at_ms)).where(
            inbox.c.thread_id == group_id, inbox.c.source != Source.SWEEP.value, *self._ours(inbox.c.id)
        )
        first_ms = self._tx.execute(earliest).scalar()
        return None if first_ms is None else from_ms(first_ms)

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """What was heard in [start, end). Names found by the bot's own sweeps were not heard and do not count."""
        heard = and_(
            within(inbox.c.thread_id, inbox.c.at_ms, group_id, start, end),
            inbox.c.source != Source.SWEEP.value,
            *self._ours(inbox.c.id),
        )
        failed = and_(
            within(rule_failures.c.group_id, rule_failures.c.at_ms, group_id, start, end),
            *self._ours(rule_failures.c.event_id),
        )
        everything, unusual = self._look(group_id, start, end)
        swept = [some for some in unusual if some.source == Source.SWEEP.value]
        heard_so = [some for some in unusual if some.source != Source.SWEEP.value]
        # Asked for in this way, the few rows in such a state are looked at and not the million of the period.
        unjudged = select(count_where(heard)).join_from(waiting, inbox, WAITS)
        broken = inbox.c.state == literal_column("'dead'")
        dead = select(count_where(heard)).where(broken)
        # A broken element may not even name its group: it was heard, and is missing, in each.
        nowhere = select(
            count_where(
                and_(
                    within(inbox.c.thread_id, inbox.c.at_ms, "", start, end),
                    inbox.c.source != Source.SWEEP.value,
                    *self._ours(inbox.c.id),
                )
            )
        ).where(broken)
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
            rule_failures=self._number(select(func.count()).select_from(rule_failures).where(failed)),
            gaps=tuple(self.gaps(group_id, start, end)),
        )

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """What went on in [start, end), without what the bot itself wrote."""
        wrote = self._messages_by_person(group_id, start, end)
        look = self._look(group_id, start, end)
        return Activity(
            messages=sum(wrote.values()),
            senders=len(wrote.keys() - {None}),
            joined=look.people_of(MembersJoined),
            left=look.people_of(MembersLeft, MemberRemoved),
            recalled=look.number_of(MessageRecalled),
            changes=look.number_of(*CHANGES),
            calls=look.number_of(GroupCall),
        )

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Cases by clause in [start, end), with those in [before, start) beside them; in order of the clauses.

        A case given to the competent body counts as confirmed: for clause 4.1 that stands in its place.
        """
        now = cases.c.opened_ms >= to_ms(start)
        rows = self._tx.execute(
            select(
                cases.c.clause,
                count_where(now).label("cases"),
                count_where(and_(now, _in(state for state in CaseState if state.open))).label("open"),
                count_where(and_(now, _in([CaseState.REMEDIED]))).label("remedied"),
                count_where(and_(now, _in([CaseState.CONFIRMED, CaseState.REFERRED]))).label("confirmed"),
                count_where(and_(now, _in([CaseState.FALSE_ALARM]))).label("false_alarms"),
                count_where(and_(now, _in([CaseState.REPORTED]))).label("reported"),
                count_where(and_(now, _in([CaseState.APPROVED]))).label("approved"),
                count_where(cases.c.opened_ms < to_ms(start)).label("before"),
            )
            .where(within(cases.c.group_id, cases.c.opened_ms, group_id, before, end))
            .group_by(cases.c.clause)
            .order_by(cases.c.clause)
        )
        return [ClauseFigures.model_validate(row._asdict()) for row in rows]

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Findings of severity `suspect` in [start, end), without those of rules on trial."""
        return self._number(
            select(func.count())
            .select_from(findings)
            .where(
                within(findings.c.group_id, findings.c.at_ms, group_id, start, end),
                findings.c.severity == Severity.SUSPECT.value,
                findings.c.shadow.is_(False),
                *self._ours(findings.c.event_id),
            )
        )

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """(when, person) of the findings of severity `suspect` with that label in [start, end), oldest first."""
        rows = self._tx.execute(
            select(findings.c.at_ms, findings.c.person_id)
            .where(
                within(findings.c.group_id, findings.c.at_ms, group_id, start, end),
                findings.c.severity == Severity.SUSPECT.value,
                findings.c.label == label,
                findings.c.shadow.is_(False),
            )
            .order_by(findings.c.at_ms, findings.c.id)
        )
        return [(from_ms(row.at_ms), row.person_id) for row in rows]

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Messages that were given up in [start, end): refused, or not delivered in their time."""
        return self._number(
            select(func.count())
            .select_from(outbox)
            .where(
                within(outbox.c.group_id, outbox.c.done_ms, group_id, start, end),
                outbox.c.state.in_(GIVEN_UP),
            )
        )

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Gaps that touch [start, end), oldest first."""
        return self._gaps(gaps.c.group_id == group_id, start, end)

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """The same of what is private to the bot accounts: those gaps stand under the account's own uid."""
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

    def _messages_by_person(self, group_id: str, start: datetime, end: datetime) -> dict[int | None, int]:
        """How many each person wrote in [start, end); of whom nobody knows who they are, under None."""
        wrote = (
            select(events.c.person_id, func.count().label("number"))
            .where(
                within(events.c.group_id, events.c.at_ms, group_id, start, end),
                A_MESSAGE,
                *self._ours(events.c.id),
            )
            .group_by(events.c.person_id)
        )
        return self._tx.cached(
            ("by person", group_id, start, end), lambda: {row.person_id: row.number for row in self._tx.execute(wrote)}
        )

    def _look(self, group_id: str, start: datetime, end: datetime) -> "_Look":
        """At the events of [start, end): all of them counted, and what is not simply a message heard live and in its
        turn, as nearly all are, counted by its kind.

        By one statement: on PostgreSQL two would see what others write meanwhile.
        """
        here = (within(events.c.group_id, events.c.at_ms, group_id, start, end), *self._ours(events.c.id))
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

        def look() -> _Look:
            rows = [row._asdict() for row in self._tx.execute(together)]
            counted = [row.pop("everything") for row in rows]
            return _Look(counted[0], [_Some(**row) for row in rows if row["kind"] is not None])

        return self._tx.cached(("look", group_id, start, end), look)

    def _ours(self, event_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """An event's id ends with the number of the account that heard it (store.inbox), and stands in every index: the
        account itself would have to be looked up in each row."""
        # On PostgreSQL the first words of another account may come between two statements.
        if not self._tx.account or (self._tx.database.is_sqlite and self._is_only_account()):
            return []
        number = select(accounts.c.number).where(accounts.c.uid == self._tx.account).scalar_subquery()
        return [event_id.op("&")((1 << NUMBER_BITS) - 1) == number]

    def _is_only_account(self) -> bool:
        """Whether no other account ever heard anything."""
        return self._tx.cached("accounts", lambda: list(self._tx.execute(select(accounts.c.uid)).scalars())) == [
            self._tx.account
        ]

    def _number(self, statement: Executable) -> int:
        return int(self._tx.execute(statement).scalar_one())


def within(
    group: ColumnElement[str], at_ms: ColumnElement[int], group_id: str, start: datetime, end: datetime
) -> ColumnElement[bool]:
    """Of that group, in [start, end)."""
    return and_(group == group_id, at_ms >= to_ms(start), at_ms < to_ms(end))


def _in(states: Any) -> ColumnElement[bool]:
    return cases.c.state.in_([state.value for state in states])


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows it holds of."""
    return func.count(case((condition, 1)))


def _number_of(alike: Iterable[_Some]) -> int:
    return sum(some.number for some in alike)
