"""Statistics of the leader's report by day, hour, agency, case state and so on, beyond the totals."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, distinct, func, insert, literal_column, select

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms, minutes_of, to_ms
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.reports import (
    AgencyFigures,
    ChangeFigures,
    Handling,
    Membership,
    MembersVoice,
    StateFigures,
    StatementFigures,
)
from zalo_governor.domain.roster import whole_agency
from zalo_governor.domain.statements import Statement, StatementKind
from zalo_governor.storage.queries.statistics import A_MESSAGE, CHANGES, GONE_SECRET, Statistics
from zalo_governor.storage.repositories.base import Repository, within
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.members import Members
from zalo_governor.storage.repositories.roster import Rosters
from zalo_governor.storage.schema import cases, events, findings, person_uids, remarks, statements
from zalo_governor.storage.schema.base import count_where

# Viet Nam has kept UTC+7, without summer time, since 1975. Literals, since PostgreSQL treats two parameters of equal
# value as different expressions, and would reject the GROUP BY.
_HOUR = (events.c.at_ms + literal_column("25200000", BigInteger)) // literal_column("3600000", BigInteger)
"""SQL expression: hours since 1970 in Vietnamese local time."""
_EPOCH = date(1970, 1, 1)
_STATEMENT = insert(statements)
# A literal, since databases do not use the partial index for a parameter.
_TAKEN_BACK = cases.c.state == literal_column(f"'{CaseState.FALSE_ALARM.value}'")


@dataclass(eq=False)
class Distributions(Repository):
    """Counts for the leader's activity report by day, hour, agency, state of cases and so on."""

    _statistics: Statistics
    _members: Members
    _roster: Rosters

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        """Record that a message is a directive (leader's order) or a report, and which demands of clause 5.1 it misses.

        Clause 5.1 demands that both are brief, and that a directive names a deadline and an addressee. No text is
        stored.
        """
        self._tx.write_later(
            _STATEMENT,
            {
                "event_id": event.id,
                "group_id": storable(event.thread_id),
                "at_ms": to_ms(event.at),
                **statement.model_dump(mode="json"),
            },
        )

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        """Count the group's messages in [start, end) by day and by hour of the day, in Viet Nam time.

        Returns:
            (day -> number of messages, days without any left out; number of messages in each of the 24 hours).
        """
        rows = self._tx.execute(
            select(_HOUR.label("hour"), func.count().label("messages"))
            .where(
                within(events.c.group_id, events.c.at_ms, group_id, start, end),
                A_MESSAGE,
                *self._heard_by_account(events.c.id),
            )
            .group_by(_HOUR)
        )
        by_day: Counter[date] = Counter()
        by_hour = [0] * 24
        for row in rows:
            by_day[_EPOCH + timedelta(days=row.hour // 24)] += row.messages
            by_hour[row.hour % 24] += row.messages
        return dict(by_day), by_hour

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        """Count messages, senders and cases in [start, end) by agency, the most messages first.

        The roster says who belongs to which agency; agency "" stands for everybody else.
        """
        agency_of = self._agency_of_person(group_id)
        messages: Counter[str] = Counter()
        senders: defaultdict[str, set[int | None]] = defaultdict(set)
        for person, number in self._statistics._messages_by_person(group_id, start, end).items():
            agency = agency_of.get(person, "")
            messages[agency] += number
            senders[agency].add(person)
        opened: Counter[str] = Counter()
        for person_id, number in self._cases_by_person(group_id, start, end).items():
            opened[agency_of.get(person_id, "")] += number
        found = [
            AgencyFigures(agency=agency, messages=messages[agency], senders=len(senders[agency]), cases=opened[agency])
            for agency in messages.keys() | opened.keys()
        ]
        return sorted(found, key=lambda row: (-row.messages, -row.cases, row.agency))

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        """Count the cases opened in [start, end) by the state that they are in now.

        States without cases are left out; the order is that of `CaseState`.
        """
        rows = self._tx.execute(
            select(cases.c.state, func.count().label("cases"), count_where(GONE_SECRET).label("gone"))
            .where(within(cases.c.group_id, cases.c.opened_ms, group_id, start, end))
            .group_by(cases.c.state)
        )
        counted: Counter[tuple[CaseState, bool]] = Counter()
        for row in rows:
            state = CaseState(row.state)
            counted[state, state.open] += row.cases - row.gone
            counted[state, True] += row.gone
        found = [(state, undecided) for undecided in (True, False) for state in CaseState if counted[state, undecided]]
        return [StateFigures(state=state, cases=counted[state, left], undecided=left) for state, left in found]

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        """Return figures on how the group's cases were handled, for the leader's report.

        These are the numbers of cases marked as false alarms in [start, end), of events that repeated an earlier false
        alarm, and of persons with two or more new cases (without false alarms); and the longest time until a breach
        was corrected.
        """
        real = self._cases_by_person(group_id, start, end, cases.c.state != CaseState.FALSE_ALARM.value)
        taken_back = self._tx.execute(
            select(func.count())
            .select_from(cases)
            .where(
                _TAKEN_BACK,
                within(cases.c.group_id, cases.c.state_ms, group_id, start, end),
            )
        ).scalar_one()
        passed_over = self._tx.execute(
            select(func.count(distinct(findings.c.event_id))).where(
                findings.c.false_alarm_of.is_not(None),
                within(findings.c.group_id, findings.c.at_ms, group_id, start, end),
                *self._heard_by_account(findings.c.event_id),
            )
        ).scalar_one()
        took = [
            minutes_of(from_ms(row.remedied_ms) - from_ms(row.event_ms))
            for row in self._tx.execute(
                select(cases.c.event_ms, cases.c.remedied_ms).where(
                    within(cases.c.group_id, cases.c.opened_ms, group_id, start, end),
                    cases.c.remedied_ms.is_not(None),
                    cases.c.state != CaseState.FALSE_ALARM.value,
                )
            )
        ]
        return Handling(
            taken_back=taken_back,
            passed_over=passed_over,
            repeated=sum(number > 1 for number in real.values()),
            longest_remedy_minutes=max(took, default=None),
        )

    def membership(self, group_id: str) -> Membership:
        """Compare the group's members with its roster: return how many are in both, or only in one.

        The bot account itself counts neither as a member nor as an outsider (member who is not on the roster).
        """
        account = self._tx.account or ""
        present, matched = self._members.present_uids(account, group_id), self._roster.matched(account, group_id)
        both = sum(not uids.isdisjoint(present) for _, uids in matched)
        return Membership(
            present=len(present - {account}),
            approved=len(matched),
            both=both,
            outsiders=len(present - (self._roster.approved_uids(account, group_id) or frozenset()) - {account}),
            missing=len(matched) - both,
        )

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        """Return how often the group's name, settings, pins … were changed in [start, end), by kind of change.

        Sorted by kind. Kinds without changes are left out.
        """
        counts = self._statistics._count_events(group_id, start, end)
        counted = sorted((change.kind, counts.number_of(change)) for change in CHANGES)
        return [ChangeFigures(kind=kind, count=number) for kind, number in counted if number]

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        """Count the directives (orders of the leadership) and the reports posted in [start, end).

        Returns one row for each of the two kinds.
        """
        rows = self._tx.execute(
            select(
                statements.c.kind,
                func.count().label("count"),
                count_where(statements.c.long).label("long"),
                count_where(statements.c.no_deadline).label("no_deadline"),
                count_where(statements.c.no_addressee).label("no_addressee"),
            )
            .where(
                within(statements.c.group_id, statements.c.at_ms, group_id, start, end),
                *self._heard_by_account(statements.c.event_id),
            )
            .group_by(statements.c.kind)
        )
        # By mapping, since the attribute `count` of an SQLAlchemy row is a method.
        counted = {row["kind"]: StatementFigures.model_validate(dict(row)) for row in rows.mappings()}
        return [
            counted.get(kind.value) or StatementFigures(kind=kind.value, count=0, long=0, no_deadline=0, no_addressee=0)
            for kind in StatementKind
        ]

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        """Count the incidents and suggestions that members reported to the admins in [start, end)."""
        here = within(remarks.c.group_id, remarks.c.at_ms, group_id, start, end)
        asked = select(remarks.c.kind, func.count().label("told")).where(here).group_by(remarks.c.kind)
        counted = {row["kind"]: row["told"] for row in self._tx.execute(asked).mappings()}
        return MembersVoice(
            incidents=counted.get(RemarkKind.INCIDENT.value, 0), suggestions=counted.get(RemarkKind.SUGGESTION.value, 0)
        )

    def _cases_by_person(
        self, group_id: str, start: datetime, end: datetime, *which: ColumnElement[bool]
    ) -> Counter[int]:
        same = self._statistics._merged()
        rows = self._tx.execute(
            select(cases.c.person_id, func.count().label("cases"))
            .where(within(cases.c.group_id, cases.c.opened_ms, group_id, start, end), *which)
            .group_by(cases.c.person_id)
        )
        counted: Counter[int] = Counter()
        for row in rows:
            counted[same.get(row.person_id, row.person_id)] += row.cases
        return counted

    def _agency_of_person(self, group_id: str) -> dict[int | None, str]:
        account = self._tx.account or ""
        roster = self._roster.matched(account, group_id)
        agencies = {entry.agency for entry, _ in roster}
        agency_of_uid = {uid: whole_agency(entry.agency, agencies) for entry, uids in roster for uid in uids}
        if not agency_of_uid:
            return {}
        same = self._statistics._merged()
        known = self._tx.execute(
            select(person_uids.c.uid, person_uids.c.person_id).where(person_uids.c.account == account)
        )
        return {
            same.get(row.person_id, row.person_id): agency_of_uid[row.uid] for row in known if row.uid in agency_of_uid
        }
