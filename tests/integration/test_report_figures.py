"""The report's figures, counted once more in plain Python over the raw rows, for histories that nobody thought of."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from tests import postgresql
from tests.rosters import put_roster
from tests.unit.features.desk import CATALOGUE, REGULATION
from tests.unit.storage.stored import BOT, MASTER, OTHER, START, HandClock, new_case
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import VIETNAM, midnight, to_ms
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.people import Group
from zalo_governor.domain.reports import ActivityReport, Period
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.reports.builder import compose
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import (
    NUMBER_BITS,
    accounts,
    cases,
    events,
    findings,
    gaps,
    group_members,
    inbox,
    person_uids,
    persons,
    rule_failures,
    statements,
    waiting,
)
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

VOICE = MessageFormatter(CATALOGUE, REGULATION)
PERIODS = {
    "month": (date(2026, 2, 1), date(2026, 3, 1)),
    "quarter": (date(2026, 7, 1), date(2026, 10, 1)),
    "day": (date(2026, 12, 31), date(2027, 1, 1)),
    "running month": (date(2026, 11, 1), date(2026, 12, 1)),
}
PEOPLE = 4
DAY = timedelta(days=1)
OUR_NUMBER = 5
"""Of the account, in the ids of what it heard."""
KINDS = (
    "message_sent",
    "message_sent",
    "sealed_heard",
    "message_recalled",
    "members_joined",
    "member_removed",
    "pin_changed",
    "group_info_changed",
    "group_call",
)
NEAR = st.one_of(st.sampled_from([-1, 0, 1, -3_600_000, 3_599_999]), st.integers(-40 * 86_400_000, 40 * 86_400_000))
"""Milliseconds from an edge of the period."""
FLAG = st.booleans()


class History(NamedTuple):
    """Rows as they stand in the tables, `at` counted from an edge of the period."""

    events: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    statements: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    unjudged: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    remarks: list[dict[str, Any]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    edge = st.sampled_from(["start", "end"])
    moment = st.tuples(edge, NEAR)
    person = st.integers(1, PEOPLE)
    heard = st.fixed_dictionaries(
        {
            "at": moment,
            "kind": st.sampled_from(KINDS),
            "person": person,
            "late": FLAG,
            "own": FLAG,
            "revision": FLAG,
            "people": st.integers(1, 3),
            "ours": st.sampled_from([True, True, True, False]),
            "source": st.sampled_from(["live", "backfill", "sweep"]),
        }
    )
    opened = st.fixed_dictionaries(
        {
            "at": moment,
            "person": person,
            "clause": st.sampled_from(["3.1", "3.2", "4.1"]),
            "state": st.sampled_from(list(CaseState)),
            "moved": st.integers(0, 40 * 86_400_000),
            "heard": st.integers(0, 10**7),
            "remedied": st.one_of(st.none(), st.integers(0, 10**8)),
        }
    )
    unjudged = st.fixed_dictionaries({"at": moment, "state": st.sampled_from(["waiting", "dead"]), "named": FLAG})
    found = st.fixed_dictionaries(
        {"at": moment, "severity": st.sampled_from(["suspect", "minor"]), "shadow": FLAG, "passed_over": FLAG}
    )
    told = st.fixed_dictionaries(
        {"at": moment, "kind": st.sampled_from(["incident", "suggestion"]), "person": st.integers(1, PEOPLE)}
    )
    stated = st.fixed_dictionaries(
        {
            "at": moment,
            "kind": st.sampled_from(["directive", "report"]),
            "long": FLAG,
            "no_deadline": FLAG,
            "no_addressee": FLAG,
        }
    )
    silent = st.fixed_dictionaries({"at": moment, "length": st.one_of(st.none(), st.integers(0, 10**8))})
    return History(
        draw(st.lists(heard, max_size=25)),
        draw(st.lists(opened, max_size=12)),
        draw(st.lists(stated, max_size=5)),
        draw(st.lists(silent, max_size=3)),
        draw(st.lists(unjudged, max_size=4)),
        draw(st.lists(found, max_size=6)),
        draw(st.lists(told, max_size=4)),
    )


class Book:
    """One database for all examples; each takes a group of its own."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database, self.clock, self.ids, self.groups = database, clock, count(1), count(1)
        self.heard_by = {BOT}
        uids = {number: str(7_100_000_000_000_000_000 + number) for number in range(1, PEOPLE + 1)}
        with database.write() as connection:
            # The fourth has turned out to be the third.
            connection.execute(insert(accounts), {"uid": BOT, "number": OUR_NUMBER})
            for number, uid in uids.items():
                merged = 3 if number == 4 else None
                row = {"id": number, "full_name": "", "title": "", "reach": "unknown", "merged_into": merged}
                connection.execute(insert(persons), row)
                tied = {"account": BOT, "uid": uid, "person_id": merged or number}
                connection.execute(insert(person_uids), tied)
        self.roster = [
            RosterEntry(full_name="A", title="x", agency="Sở Mẫu", uid=uids[1]),
            RosterEntry(full_name="B", title="x", agency="Sở Mẫu", uid=uids[2]),
            RosterEntry(full_name="C", title="x", agency="UBND xã Mẫu", uid=uids[3]),
            RosterEntry(full_name="D", title="x", agency="UBND xã Mẫu"),
        ]
        self.agency_of = {1: "Sở Mẫu", 2: "Sở Mẫu", 3: "UBND xã Mẫu", 4: "UBND xã Mẫu"}
        self.uids = uids

    def write(self, history: History, start: datetime, end: datetime, *, with_roster: bool) -> str:
        """Put the rows in; gives the group."""
        group = str(8_000_000_000_000_000_000 + next(self.groups))
        edges = {"start": to_ms(start), "end": to_ms(end)}

        def at(row: dict[str, Any]) -> int:
            edge, offset = row["at"]
            return edges[edge] + int(offset)

        with self.database.write() as connection:
            if not all(row["ours"] for row in history.events) and OTHER not in self.heard_by:
                self.heard_by.add(OTHER)
                connection.execute(insert(accounts), {"uid": OTHER, "number": OUR_NUMBER + 1})
            for row in [*history.events, *history.statements]:
                ours = OUR_NUMBER if row.get("ours", True) else OUR_NUMBER + 1
                row["id"] = next(self.ids) << NUMBER_BITS | ours
                kind = row["kind"] if "person" in row else "message_revised"
                values = {
                    "id": row["id"], "group_id": group, "kind": kind, "at_ms": at(row), "judged_ms": at(row),
                    "element": "message", "person_id": row.get("person"), "source": row.get("source", "live"),
                    "late": row.get("late", False), "own": row.get("own", False), "length": 9, "message_type": None,
                    "revision": row.get("revision", False), "sealed": kind == "sealed_heard",
                    "people": row.get("people", 0),
                }  # fmt: skip
                connection.execute(insert(inbox), _heard(values, ours))
                connection.execute(insert(events), values)
            for row in history.unjudged:
                values = {"id": next(self.ids) << NUMBER_BITS | OUR_NUMBER, "at_ms": at(row), "source": "live"}
                thread = group if row["named"] else ""
                state = "dead" if row["state"] == "dead" else "done"
                connection.execute(insert(inbox), _heard({**values, "group_id": thread}, OUR_NUMBER, state))
                if row["state"] == "waiting":
                    connection.execute(insert(waiting), {"id": values["id"]})
            for row in history.findings:
                values = {
                    "id": next(self.ids) << NUMBER_BITS | OUR_NUMBER, "group_id": group, "kind": "message_revised",
                    "at_ms": at(row), "judged_ms": at(row), "element": "message", "person_id": 1, "source": "live",
                    "late": False, "own": False, "revision": True, "sealed": False, "message_type": None, "length": 9,
                    "people": 0,
                }  # fmt: skip
                connection.execute(insert(events), values)
                finding = {
                    "event_id": values["id"], "group_id": group, "person_id": 1, "rule_id": "r", "clause": "3.1",
                    "severity": row["severity"], "label": "l", "at_ms": at(row), "shadow": row["shadow"],
                    "sealed": False, "false_alarm_of": 7 if row["passed_over"] else None,
                }  # fmt: skip
                # Two findings on one event are one event that was passed over.
                connection.execute(insert(findings), [finding, finding])
                connection.execute(
                    insert(rule_failures),
                    {"event_id": values["id"], "group_id": group, "rule_id": "r", "at_ms": at(row), "error": "E"},
                )
            for row in history.statements:
                flags = {name: row[name] for name in ("kind", "long", "no_deadline", "no_addressee")}
                connection.execute(
                    insert(statements), {"event_id": row["id"], "group_id": group, "at_ms": at(row), **flags}
                )
            for row in history.cases:
                values = {
                    "group_id": group, "rule_id": "r", "clause": row["clause"], "severity": "minor", "label": "l",
                    "sealed": False, "person_id": row["person"], "state": row["state"].value, "opened_ms": at(row),
                    "event_ms": at(row) - row["heard"], "last_event_ms": at(row), "count": 1, "first_event_id": 1,
                    "message_key": "1", "late": False, "state_ms": at(row) + row["moved"],
                    "remedied_ms": None if row["remedied"] is None else at(row) + row["remedied"],
                }  # fmt: skip
                connection.execute(insert(cases), values)
            for row in history.gaps:
                ended = None if row["length"] is None else at(row) + row["length"]
                connection.execute(
                    insert(gaps),
                    {
                        "account": BOT, "group_id": group, "began_ms": at(row), "ended_ms": ended, "cause": "x",
                        "recovered": 0, "closed": False, "pending": False, "heard_id": 0,
                    },
                )  # fmt: skip
            for uid in (self.uids[1], self.uids[3], "7999"):
                connection.execute(
                    insert(group_members),
                    {"group_id": group, "account": BOT, "uid": uid, "present": True, "since_ms": 0},
                )
        with UnitsOfWork(self.database, BOT).begin() as uow:
            for row in history.remarks:
                when = datetime.fromtimestamp(at(row) / 1000, UTC)
                uow.feedback.add(RemarkKind(row["kind"]), group_id=group, person_id=row["person"], text="lời", at=when)
        if with_roster:
            put_roster(self.database, BOT, group, self.roster)
        return group

    def number(self, statement: str, **values: object) -> int:
        """What a statement of the test's own counts."""
        with self.database.read() as connection:
            return int(connection.execute(text(f"SELECT {statement}"), values).scalar_one() or 0)

    def rows(self, table: str, group: str) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            found = connection.execute(text(f"SELECT * FROM {table} WHERE group_id = :group"), {"group": group})  # noqa: S608
            return [dict(row) for row in found.mappings()]


MOVES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(list(CaseState)), st.integers(1, 20 * 1440)), max_size=14)
"""Which case, to which state, and after how many minutes."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=MOVES, name=st.sampled_from(["month", "quarter"]))
def test_a_case_that_was_re_opened_counts_once_where_it_stands_now(
    book: Book, moves: list[tuple[int, CaseState, int]], name: str
) -> None:
    """Three cases about the end of a period, moved as the office moves them; figures by a ledger of our own."""
    start, end = map(midnight, PERIODS[name])
    group = book.write(History([], [], [], [], [], [], []), start, end, with_roster=False)
    opened = [end - timedelta(days=9), end - timedelta(milliseconds=1), end]
    units = UnitsOfWork(book.database, BOT)
    new = [
        new_case(1 + place, _event_of(book, group, at), group_id=group, opened_at=at, event_at=at)
        for place, at in enumerate(opened)
    ]
    with units.begin() as uow:
        kept = [uow.cases.add(case) for case in new]
    states = [CaseState.NEW] * 3
    remedied: list[datetime | None] = [None] * 3
    now = end
    for place, to, minutes in moves:
        now += timedelta(minutes=minutes)
        with units.begin() as uow:
            case = uow.cases.get(kept[place].id)
            assert case is not None
            try:
                uow.cases.save(case.moved(to, at=now, by=2, reason="lý do"))
            except IllegalTransitionError:
                continue
        states[place] = to
        if to is CaseState.REMEDIED:
            remedied[place] = remedied[place] or now
    book.clock.now = now + timedelta(days=100)
    with units.begin() as uow:
        report = compose(
            uow, Group(group, ""), Period(start=start, end=end, label=name, command=name), VOICE, book.clock
        )
        later = compose(
            uow, Group(group, ""), Period(start=end, end=now + DAY, label="sau", command="sau"), VOICE, book.clock
        )
    assert {row.state: row.cases for row in report.states} == Counter(states[:2])
    assert {row.state: row.cases for row in later.states} == Counter(states[2:])
    assert later.handling.taken_back == states.count(CaseState.FALSE_ALARM)
    assert report.handling.taken_back == 0
    assert len(report.open_cases) == sum(state.open for state in states)
    took = [
        max(1, round((at - began).total_seconds() / 60))
        for at, began, state in zip(remedied[:2], opened[:2], states[:2], strict=True)
        if at and state is not CaseState.FALSE_ALARM
    ]
    assert report.handling.longest_remedy_minutes == max(took, default=None)


def _event_of(book: Book, group: str, at: datetime) -> int:
    event = {
        "id": next(book.ids) << NUMBER_BITS | OUR_NUMBER, "group_id": group, "kind": "message_sent", "at_ms": to_ms(at),
        "judged_ms": to_ms(at), "element": "message", "person_id": 1, "source": "live", "late": False, "own": False,
        "revision": False, "sealed": False, "message_type": None, "length": 9, "people": 0,
    }  # fmt: skip
    with book.database.write() as connection:
        connection.execute(insert(inbox), _heard(event, OUR_NUMBER, "done"))
        connection.execute(insert(events), event)
    return int(str(event["id"]))


def _heard(event: dict[str, Any], account_number: int, state: str = "done") -> dict[str, Any]:
    """The element in the inbox of which an event was made, or was not yet."""
    return {
        "id": event["id"], "account": BOT if account_number == OUR_NUMBER else OTHER, "thread_id": event["group_id"],
        "is_group": True, "kind": "message", "key": str(event["id"]), "cli_key": None, "sender_uid": "1",
        "at_ms": event["at_ms"], "source": event["source"], "received_ms": event["at_ms"], "fingerprint": b"f" * 16,
        "state": state, "body": None,
    }  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    clock = HandClock()
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('figures') / 'governor.db'}"
    else:
        url = postgresql.new_database(request.getfixturevalue("postgresql_folder"))
    database = Database(url, Keys(MASTER), clock)
    database.migrate()
    yield Book(database, clock)
    database.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories(), name=st.sampled_from(list(PERIODS)), with_roster=FLAG)
def test_every_figure_is_what_the_rows_say(book: Book, history: History, name: str, with_roster: bool) -> None:
    first, after = PERIODS[name]
    start, end = midnight(first), midnight(after)
    group = book.write(history, start, end, with_roster=with_roster)
    # Every period but the running one lies behind.
    book.clock.now = START if name == "running month" else end + timedelta(days=50)
    with UnitsOfWork(book.database, BOT).begin() as uow:
        report = compose(
            uow, Group(group, ""), Period(start=start, end=end, label=name, command=name), VOICE, book.clock
        )
    period = Raw(book, group, to_ms(start), to_ms(end))
    check_activity(report, period)
    check_coverage(report, period)
    check_remarks(report, period)
    assert report.activity.messages == len(period.messages())
    assert report.activity_before.messages == len(period.before().messages())
    check_rhythm(report, period, first, after, book.clock.now)
    check_agencies(report, period, book, with_roster)
    check_cases(report, period)
    assert {row.kind: row.count for row in report.changes} == Counter(
        row["kind"] for row in period.heard() if row["kind"] in {"pin_changed", "group_info_changed"}
    )
    assert report.activity.changes == sum(row.count for row in report.changes)
    check_statements(report, period)
    assert len(report.coverage.gaps) == sum(
        row["began_ms"] < to_ms(end) and (row["ended_ms"] is None or row["ended_ms"] >= to_ms(start))
        for row in book.rows("gaps", group)
    )
    both = 2 if with_roster else 0
    approved = len(book.roster) if with_roster else 0
    assert report.membership.model_dump() == {
        "present": 3, "hidden_of": 0, "shown": 0,
        "approved": approved, "both": both, "outsiders": 3 - both, "missing": approved - both,
    }  # fmt: skip


class Raw(NamedTuple):
    """The rows of one period."""

    book: Book
    group: str
    start_ms: int
    end_ms: int

    def before(self) -> "Raw":
        """The preceding time, as long as the period has run until now."""
        ended_ms = min(self.end_ms, to_ms(self.book.clock.now))
        return self._replace(start_ms=2 * self.start_ms - ended_ms, end_ms=self.start_ms)

    def number(self, statement: str) -> int:
        """`{here}` stands for the group and the period, `{ours}` for what our account heard of it, `{admitted}` for the
        same in the inbox."""
        here = "group_id = :group AND at_ms >= :start AND at_ms < :end"
        ours = f"id % {1 << NUMBER_BITS} = {OUR_NUMBER}"
        filled = statement.format(
            here=here, ours=f"{here} AND {ours}", admitted=f"{here} AND {ours}".replace("group_id", "thread_id")
        )
        return self.book.number(filled, group=self.group, start=self.start_ms, end=self.end_ms)

    def heard(self) -> list[dict[str, Any]]:
        """What our account heard; another account in the group heard it all again."""
        rows = self.book.rows("events", self.group)
        ours = [row for row in rows if row["id"] % (1 << NUMBER_BITS) == OUR_NUMBER]
        return [row for row in ours if self.start_ms <= row["at_ms"] < self.end_ms]

    def first_heard(self) -> date:
        """The day of the first event that our account ever heard of the group; far away if it heard none."""
        first_ms = self.first_heard_ms()
        return moment(first_ms).date() if first_ms else date.max

    def first_heard_ms(self) -> int:
        """When that event was; 0 if there was none."""
        ours = f"thread_id = :group AND source <> 'sweep' AND id % {1 << NUMBER_BITS} = {OUR_NUMBER}"
        return self.book.number(f"coalesce(min(at_ms), 0) FROM inbox WHERE {ours}", group=self.group)

    def messages(self) -> list[dict[str, Any]]:
        said = ("message_sent", "sealed_heard")
        return [row for row in self.heard() if row["kind"] in said and not row["revision"] and not row["own"]]

    def opened(self) -> list[dict[str, Any]]:
        return [row for row in self.book.rows("cases", self.group) if self.start_ms <= row["opened_ms"] < self.end_ms]


def check_activity(report: ActivityReport, period: Raw) -> None:
    said = "kind IN ('message_sent', 'sealed_heard') AND NOT revision AND NOT own"
    same = "CASE person_id WHEN 4 THEN 3 ELSE person_id END"
    counted = {
        "messages": f"COUNT(*) FROM events WHERE {{ours}} AND {said}",
        "senders": f"COUNT(DISTINCT {same}) FROM events WHERE {{ours}} AND {said}",
        "joined": "SUM(people) FROM events WHERE {ours} AND kind = 'members_joined'",
        "left": "SUM(people) FROM events WHERE {ours} AND kind IN ('members_left', 'member_removed')",
        "recalled": "COUNT(*) FROM events WHERE {ours} AND kind = 'message_recalled'",
        "changes": "COUNT(*) FROM events WHERE {ours} AND kind IN ('pin_changed', 'group_info_changed')",
        "calls": "COUNT(*) FROM events WHERE {ours} AND kind = 'group_call'",
    }
    assert report.activity.model_dump() == {name: period.number(statement) for name, statement in counted.items()}


def check_coverage(report: ActivityReport, period: Raw) -> None:
    heard = "{ours} AND source <> 'sweep'"
    # An element so broken that it does not name its group counts in each, and the examples share one database.
    nowhere = "thread_id = '' AND at_ms >= :start AND at_ms < :end AND state = 'dead'"
    counted = {
        "heard": f"COUNT(*) FROM inbox WHERE ({{admitted}} AND source <> 'sweep') OR ({nowhere})",
        "judged": f"COUNT(*) FROM events WHERE {heard}",
        "waiting": "COUNT(*) FROM inbox WHERE {admitted} AND id IN (SELECT id FROM waiting)",
        "sealed": f"COUNT(*) FROM events WHERE {heard} AND sealed",
        "recovered": "COUNT(*) FROM events WHERE {ours} AND source = 'backfill'",
        "late": f"COUNT(*) FROM events WHERE {heard} AND late",
        "rule_failures": "COUNT(*) FROM rule_failures WHERE {here}",
    }
    found = report.coverage.model_dump(include=set(counted))
    assert found == {name: period.number(statement) for name, statement in counted.items()}
    assert report.coverage.dead_letters == period.number(
        "COUNT(*) FROM inbox WHERE thread_id IN (:group, '') AND at_ms >= :start AND at_ms < :end AND state = 'dead'"
    )


def check_remarks(report: ActivityReport, period: Raw) -> None:
    listed = [(remark.kind.value, remark.person_id) for remark in report.remarks]
    for kind, counted in (("incident", report.voice.incidents), ("suggestion", report.voice.suggestions)):
        assert counted == period.number(f"COUNT(*) FROM remarks WHERE {{here}} AND kind = '{kind}'")
        assert counted == sum(of == kind for of, _ in listed)
    assert not any(remark.text for remark in report.remarks)
    assert [kind for kind, _ in listed] == sorted(kind for kind, _ in listed)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, VIETNAM)


def check_rhythm(report: ActivityReport, period: Raw, first: date, after: date, now: datetime) -> None:
    days = Counter(moment(row["at_ms"]).date() for row in period.messages())
    hours = Counter(moment(row["at_ms"]).hour for row in period.messages())
    assert {row.day: row.messages for row in report.days if row.messages} == days
    assert list(report.hours) == [hours[hour] for hour in range(24)]
    shown = [row.day for row in report.days]
    last = min(after - timedelta(days=1), max([now.astimezone(VIETNAM).date(), *days]))
    all_days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    # Of the time before the program listened nothing is known, and so nothing is shown, not even a 0.
    assert shown == [day for day in all_days if day >= period.first_heard() or day in days]


def check_agencies(report: ActivityReport, period: Raw, book: Book, with_roster: bool) -> None:
    def agency(person: int) -> str:
        return book.agency_of[person] if with_roster else ""

    senders = defaultdict(set)
    for row in period.messages():
        senders[agency(row["person_id"])].add(min(row["person_id"], 3))
    messages = Counter(agency(row["person_id"]) for row in period.messages())
    opened = Counter(agency(row["person_id"]) for row in period.opened())
    assert {row.agency: (row.messages, row.senders, row.cases) for row in report.agencies} == {
        name: (messages[name], len(senders[name]), opened[name]) for name in messages.keys() | opened.keys()
    }
    assert [row.messages for row in report.agencies] == sorted(messages[row.agency] for row in report.agencies)[::-1]


def check_cases(report: ActivityReport, period: Raw) -> None:
    opened, before = period.opened(), period.before().opened()
    by_clause = {row.clause: row for row in report.clauses}
    assert by_clause.keys() == {row["clause"] for row in [*opened, *before]}
    for clause, row in by_clause.items():
        states = Counter(case["state"] for case in opened if case["clause"] == clause)
        assert row.cases == states.total()
        assert (
            row.cases
            == row.open + row.remedied + row.confirmed + row.referred + row.false_alarms + row.reported + row.approved
        )
        assert row.open == states["new"] + states["reminded"] + states["under_review"]
        assert row.before == sum(case["clause"] == clause for case in before)
    assert {row.state.value: row.cases for row in report.states} == Counter(case["state"] for case in opened)
    assert sum(row.cases for row in report.states if row.undecided) == sum(row.open for row in report.clauses)
    ever = period.book.rows("cases", period.group)
    assert report.handling.taken_back == sum(
        case["state"] == "false_alarm" and period.start_ms <= case["state_ms"] < period.end_ms for case in ever
    )
    persons_with = Counter(min(case["person_id"], 3) for case in opened if case["state"] != "false_alarm")
    assert report.handling.repeated == sum(number > 1 for number in persons_with.values())
    took = [
        max(1, round((case["remedied_ms"] - case["event_ms"]) / 60_000))
        for case in opened
        if case["remedied_ms"] is not None and case["state"] != "false_alarm"
    ]
    assert report.handling.longest_remedy_minutes == max(took, default=None)
    assert report.handling.passed_over == period.number(
        "COUNT(*) FROM (SELECT DISTINCT event_id FROM findings WHERE {here} AND false_alarm_of IS NOT NULL) AS passed"
    )
    assert report.suspects == period.number(
        "COUNT(*) FROM findings WHERE {here} AND severity = 'suspect' AND NOT shadow"
    )
    now_ms = to_ms(period.book.clock.now)
    still_open = {"new", "reminded", "under_review"}
    assert sorted(case.id for case in report.open_cases) == sorted(
        case["id"]
        for case in ever
        if case["state"] in still_open
        and case["opened_ms"] < max(now_ms, period.end_ms) + 1000
        and period.first_heard_ms() < period.end_ms
    )


def check_statements(report: ActivityReport, period: Raw) -> None:
    rows = [
        row for row in period.book.rows("statements", period.group) if period.start_ms <= row["at_ms"] < period.end_ms
    ]
    for figures in report.statements:
        mine = [row for row in rows if row["kind"] == figures.kind]
        assert figures.count == len(mine)
        for name in ("long", "no_deadline", "no_addressee"):
            assert getattr(figures, name) == sum(bool(row[name]) for row in mine)
