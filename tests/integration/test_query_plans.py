"""The statements of the hot paths, as the store executes them, explained by each database: none reads a whole table."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, Engine, Table, event, insert

from tests.integration.seen import holding
from tests.unit.storage.stored import BOT, GROUP, MEMBER, START, START_MS, HandClock, entry, message, new_case, notice
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.events import MessageRef
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Element, ElementKind, Seal, Source
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.notices import Purpose, Reception
from zalo_governor.domain.people import Role
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.queue_counts import QueueCounts
from zalo_governor.storage.repositories.gaps import Gaps
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.schema import (
    accounts,
    audit,
    case_events,
    cases,
    directive_answers,
    directive_assignees,
    directive_people,
    directives,
    events,
    file_scans,
    findings,
    gaps,
    group_members,
    inbox,
    job_runs,
    jobs,
    message_acts,
    outbox,
    person_uids,
    persons,
    remarks,
    rule_failures,
    statements,
    waiting,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

ROWS = 20_000
GROUPS = [GROUP, "8000000000000000002", "8000000000000000003"]
SECOND_ACCOUNT = "7000000000000000777"
PEOPLE = 2_000
CASES = 3_000
STEP_MS = 60_000
DAY = timedelta(days=1)
NOW = START + timedelta(milliseconds=ROWS * STEP_MS)
"""A message a minute for two weeks, until now."""


class Statement(NamedTuple):
    """A statement with its parameters, as the driver got it."""

    text: str
    parameters: Any


class Store(NamedTuple):
    """A filled database and what asks it."""

    analysed: bool
    database: Database
    inbox: Inbox
    outbox: Outbox
    gaps: Gaps
    units: UnitsOfWork


@pytest.fixture(params=["analysed", "unknown"])
def store(request: pytest.FixtureRequest, database: Database, clock: HandClock) -> Store:
    """With the database's own statistics, and on SQLite without any too: an installation there may never have some."""
    clock.now = NOW
    with database.write() as connection:
        _fill(connection)
    if request.param == "analysed":
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
    elif not database.is_sqlite:
        pytest.skip("PostgreSQL gathers its statistics by itself")
    database.persons.forget()
    with UnitsOfWork(database).begin() as uow:  # The first row after an upgrade looks through the log once.
        uow.audit.append("started", at=NOW, actor_id=None, group_id="", subject="", detail={})
    return Store(
        request.param == "analysed",
        database,
        Inbox(database, BOT),
        Outbox(database, BOT),
        Gaps(database, BOT),
        UnitsOfWork(database, BOT),
    )


def test_no_statement_of_the_hot_paths_reads_a_whole_table(store: Store) -> None:
    bad = {}
    used: dict[str, set[str]] = {}
    for name, ask in _HOT.items():
        with _captured() as statements:
            ask(store)
        assert statements, name
        with store.database.read() as connection:
            for statement in statements:
                plan = _explained(connection, statement, sqlite=store.database.is_sqlite)
                used.setdefault(name, set()).update(_INDEX.findall("\n".join(plan)))
                whole = [line for line in plan if _READS_ALL.search(line) and not _may(line, name)]
                if whole:
                    bad[name] = (statement.text, *plan)
    if store.analysed:
        assert {name: index in used[name] for name, index in _MADE_FOR.items()} == dict.fromkeys(_MADE_FOR, True), used
    assert not bad, "\n\n".join(f"{name}:\n" + "\n".join(lines) for name, lines in bad.items())


# A database that knows how few they are may as well sort the four that wait.
@pytest.mark.parametrize("store", ["unknown"], indirect=True)
def test_a_page_of_what_waits_is_read_in_its_order(store: Store) -> None:
    with _captured() as statements:
        store.inbox.waiting(after_id=0, limit=200)
    with store.database.read() as connection:
        [plan] = [_explained(connection, each, sqlite=store.database.is_sqlite) for each in statements]
    assert not [line for line in plan if "USE TEMP B-TREE" in line or line.startswith("Sort ")], plan


def _in_unit(ask: Callable[[UnitOfWork], object]) -> Callable[[Store], None]:
    def asked(store: Store) -> None:
        with store.units.begin() as uow:
            ask(uow)

    return asked


def _judge_one(store: Store) -> None:
    [admitted] = store.inbox.admit([entry("new", "Xin gửi báo cáo", at_ms=START_MS + ROWS * STEP_MS)])
    with store.units.begin() as uow:
        uow.verdicts.store(admitted, message(admitted), Verdict(), NOW)
        uow.audit.append("case.opened", at=NOW, actor_id=None, group_id=GROUP, subject="VP1", detail={})


def _hear_a_reply(store: Store) -> None:
    raw = {"msgId": "reply", "content": "Đã nhận", "quote": {"globalMsgId": 7, "msg": "Xin gửi"}}
    store.inbox.admit([entry("reply", "Đã nhận", at_ms=START_MS + ROWS * STEP_MS, raw=raw)])


def _seal_late(store: Store) -> None:
    seal = Seal("4.1-noi-dung-mat", "classified", "mat", 40, b"m" * 16)
    [admitted] = store.inbox.admit([entry("photo", "Ảnh", at_ms=START_MS + ROWS * STEP_MS)])
    with store.units.begin() as uow:
        uow.verdicts.store(admitted, message(admitted), Verdict(), NOW)
    with store.units.begin() as uow:
        uow.verdicts.add(admitted.id, Verdict(), seal)


def _send_one(store: Store) -> None:
    with store.units.begin() as uow:
        uow.outbox.add(notice(case_id=1))
    [outgoing] = store.outbox.claim(now=NOW, limit=1)
    store.outbox.confirm([(outgoing.client_id, "99")], NOW)
    store.outbox.sent(outgoing, Reception(msg_id="99"), NOW)


def _read_receipt(store: Store) -> None:
    receipt = Element(
        BOT, GROUP, True, ElementKind.RECEIPT, "k", None, MEMBER, START_MS, Source.LIVE, b"", {"msgId": "5"}
    )
    store.inbox.receipt_is_watched(receipt)


_HOT: dict[str, Callable[[Store], object]] = {
    "claim of the inbox": lambda store: store.inbox.waiting(after_id=0, limit=200),
    "admit, judge, audit": _judge_one,
    "a reply": _hear_a_reply,
    "a late seal": _seal_late,
    "sealed since": _in_unit(lambda uow: uow.verdicts.sealed_since([_id(n) for n in range(50)])),
    "a scan to do": _in_unit(lambda uow: uow.jobs.claim(BOT, [JobKind.SCAN_ATTACHMENT], NOW, limit=1)),
    "the next scan": _in_unit(lambda uow: uow.jobs.next_due(BOT, [JobKind.SCAN_ATTACHMENT])),
    "the same file": _in_unit(lambda uow: uow.file_scans.find(b"m" * 16, NOW - DAY)),
    "scans of a message": _in_unit(lambda uow: uow.file_scans.of_message(GROUP, "30")),
    "scans of a period": _in_unit(lambda uow: uow.file_scans.figures(GROUP, NOW - DAY, NOW)),
    "a recall before the scan": _in_unit(lambda uow: uow.case_messages.find_withdrawal(GROUP, "30")),
    "a message by Zalo's id": _in_unit(lambda uow: uow.message_acts.named(GROUP, MessageRef(key="30"))),
    "a message by its client's id": _in_unit(lambda uow: uow.message_acts.named(GROUP, MessageRef(cli_key="30"))),
    "acts that wait for a message": _in_unit(lambda uow: uow.message_acts.waiting_for(GROUP, "30", "30")),
    "ids of awaited messages": _in_unit(lambda uow: uow.message_acts.awaited(GROUP)),
    "acts to be decided on again": _in_unit(lambda uow: uow.message_acts.unsettled(GROUP)),
    "known messages": lambda store: store.inbox.known(BOT, GROUP, [str(number) for number in range(50)]),
    "oldest stored message": lambda store: store.inbox.oldest(BOT, GROUP, 1 << 62),
    "judged last": lambda store: store.inbox.judged_last(GROUP),
    "last stored message": lambda store: store.inbox.last(BOT, GROUP),
    "a receipt": _read_receipt,
    "post, claim, confirm": _send_one,
    "next due": lambda store: store.outbox.next_due(NOW),
    "messages that wait": lambda store: store.outbox.counts(NOW),
    "what monitoring asks": lambda store: QueueCounts(store.database, BOT).take(NOW),
    "reclaim at start": lambda store: store.outbox.reclaim(NOW),
    "the day's budget": lambda store: store.outbox.sent_private_since(BOT, NOW - DAY),
    "pending gaps": lambda store: store.gaps.pending_gaps(GROUP),
    "gaps given up": lambda store: store.gaps.given_up_gaps(GROUP, NOW - DAY),
    "gaps made up": lambda store: store.gaps.close_made_up(GROUP, 17),
    "delivered requests": _in_unit(lambda uow: uow.deliveries.delivered_requests()),
    "last heard": lambda store: store.gaps.last_heard(GROUP),
    "private messages last heard": lambda store: store.gaps.last_heard(BOT),
    "gaps of a period": _in_unit(lambda uow: uow.statistics.gaps(GROUP, NOW - DAY, NOW)),
    "private gaps of a period": _in_unit(lambda uow: uow.statistics.private_gaps(NOW - DAY, NOW)),
    "coverage": _in_unit(lambda uow: uow.statistics.coverage(GROUP, NOW - DAY, NOW)),
    "activity": _in_unit(lambda uow: uow.statistics.activity(GROUP, NOW - DAY, NOW)),
    "figures by clause": _in_unit(lambda uow: uow.statistics.clause_figures(GROUP, NOW - DAY, NOW, NOW - 2 * DAY)),
    "urgent cases of a period": _in_unit(lambda uow: uow.cases.urgent_between(GROUP, NOW - DAY, NOW)),
    "suspects": _in_unit(lambda uow: uow.statistics.suspects(GROUP, NOW - DAY, NOW)),
    "refused notices": _in_unit(lambda uow: uow.statistics.undelivered_notices(GROUP, NOW - DAY, NOW)),
    "by day and hour": _in_unit(lambda uow: uow.distributions.rhythm(GROUP, NOW - DAY, NOW)),
    "by agency": _in_unit(lambda uow: uow.distributions.agencies(GROUP, NOW - DAY, NOW)),
    "cases by state": _in_unit(lambda uow: uow.distributions.case_states(GROUP, NOW - DAY, NOW)),
    "how cases were handled": _in_unit(lambda uow: uow.distributions.handling(GROUP, NOW - DAY, NOW)),
    "who is in the group": _in_unit(lambda uow: uow.distributions.membership(GROUP)),
    "changes of the group": _in_unit(lambda uow: uow.distributions.changes(GROUP, NOW - DAY, NOW)),
    "directives and reports": _in_unit(lambda uow: uow.distributions.statements(GROUP, NOW - DAY, NOW)),
    "what members told": _in_unit(lambda uow: uow.distributions.members_voice(GROUP, NOW - DAY, NOW)),
    "remarks of a period": _in_unit(lambda uow: uow.feedback.between(GROUP, RemarkKind.INCIDENT, NOW - DAY, NOW)),
    "remarks to be told": _in_unit(lambda uow: uow.feedback.untold([GROUP], RemarkKind.INCIDENT)),
    "the group as seen": _in_unit(lambda uow: uow.members.group_snapshot(GROUP)),
    "the head of the audit log": _in_unit(lambda uow: uow.audit.head()),
    "first heard": _in_unit(lambda uow: uow.statistics.first_heard(GROUP)),
    "open case": _in_unit(lambda uow: uow.cases.find_open(GROUP, "3.1-tieng-viet-co-dau", 5, None, START)),
    "sealed case": _in_unit(lambda uow: uow.cases.find_sealed(GROUP, 5, b"m" * 16, START)),
    "cases of a message": _in_unit(lambda uow: uow.cases.of_message(GROUP, "30")),
    "cases due": _in_unit(lambda uow: uow.cases.due([GROUP], NOW)),
    "a digest due": _in_unit(lambda uow: uow.cases.groups_with_digest([GROUP], NOW)),
    "cases gathered": _in_unit(lambda uow: uow.cases.awaiting_digest(GROUP)),
    "the next moment due": _in_unit(lambda uow: uow.cases.next_due([GROUP])),
    "cases before": _in_unit(lambda uow: uow.cases.count_before(GROUP, 5, "3.1-tieng-viet-co-dau", START)),
    "a false alarm": _in_unit(lambda uow: uow.false_alarms.find(GROUP, "3.1-tieng-viet-co-dau", b"m" * 16)),
    "notes": _in_unit(lambda uow: uow.case_notes.of(new_case(1, 1).model_copy(update={"id": 5}))),
    "case by number": _in_unit(lambda uow: uow.cases.get(77)),
    "open cases": _in_unit(lambda uow: uow.cases.opened_between(GROUP, start=START, end=NOW, open_only=True)),
    "cases of today": _in_unit(lambda uow: uow.cases.opened_between(GROUP, start=NOW - DAY, end=NOW)),
    "last posted": _in_unit(
        lambda uow: uow.outbox.last_added(5, Purpose.MEMBER_REQUEST.value, GROUP, NOW - DAY, rule_id="3.1")
    ),
    "the directive of a message": _in_unit(lambda uow: uow.directives.of_message(GROUP, "30")),
    "what a person owes": _in_unit(lambda uow: uow.directives.owed_by(GROUP, 5, 12)),
    "answers of a message": _in_unit(lambda uow: uow.directives.answers_by_message(GROUP, "30")),
    "answers that wait": _in_unit(lambda uow: uow.directives.take_waiting_answers(GROUP, "30")),
    "the ledger": _in_unit(lambda uow: uow.directives.overview(GROUP, NOW, 12)),
    "deadlines": _in_unit(lambda uow: uow.directives.with_due(GROUP, NOW - DAY, NOW)),
    "sender": _in_unit(lambda uow: uow.people.find_or_create(BOT, "m77")),
    "office holders": _in_unit(lambda uow: holding(uow, BOT, Role.ADMIN)),
}

_MADE_FOR = {
    "known messages": "ux_inbox_element",
    "a reply": "ix_file_scans_message",
    "a late seal": "ux_inbox_element",
    "the same file": "ix_file_scans_mac",
    "scans of a message": "ix_file_scans_message",
    "scans of a period": "ix_file_scans_group_at",
    "a recall before the scan": "ix_message_acts_message",
    "a message by Zalo's id": "ux_inbox_element",
    "a message by its client's id": "ux_inbox_cli_key",
    "acts that wait for a message": "ix_message_acts_waiting",
    "ids of awaited messages": "ix_message_acts_waiting",
    "acts to be decided on again": "ix_message_acts_unsettled",
    "last stored message": "ix_inbox_heard",
    "post, claim, confirm": "ix_outbox_pending",
    "private messages last heard": "ix_inbox_private",
    "the day's budget": "ix_outbox_attempted",
    "pending gaps": "ix_gaps_pending",
    "gaps of a period": "ix_gaps_group_ended",
    "coverage": "ix_events_group_at",
    "activity": "ix_events_group_at",
    "suspects": "ix_findings_group_at",
    "by day and hour": "ix_events_group_at",
    "by agency": "ix_events_group_at",
    "cases by state": "ix_cases_group_opened",
    "changes of the group": "ix_events_group_at",
    "what members told": "ix_remarks_group_at",
    "remarks of a period": "ix_remarks_group_at",
    "remarks to be told": "ix_remarks_untold",
    "cases of a message": "ix_case_events_message",
    "open case": "ix_cases_open",
    "cases of today": "ix_cases_group_opened",
    "cases due": "ix_cases_due",
    "a digest due": "ix_cases_desk_due",
    "cases gathered": "ix_cases_desk_due",
    "the next moment due": "ix_cases_desk_due",
    "cases before": "ix_cases_person",
    "last posted": "ix_outbox_person",
    "office holders": "ix_persons_roles",
    "the directive of a message": "ix_directives_message",
    "what a person owes": "ix_directive_people_live",
    "answers of a message": "ix_directive_answers_message",
    "the ledger": "ix_directives_live",
    "deadlines": "ix_directive_assignees_due",
}
"""The index that was made for the path; others may serve it beside."""
_INDEX = re.compile(r"\b([iu]x_\w+)")
# SQLite: a scan, also one of a whole index, but of the few that wait; PostgreSQL: the same of a table with many rows.
_READS_ALL = re.compile(
    r"^SCAN (?!CONSTANT|json_each|waiting)|Seq Scan on (?:inbox|events|outbox|cases|case_events|findings|gaps"
    r"|rule_failures|persons|person_uids|audit|job_runs|remarks|statements|group_members"
    r"|file_scans|jobs|directives|directive_assignees|directive_people|directive_answers|message_acts)"
)


_ACCOUNTS = ("sqlite_autoindex_accounts_1", "sqlite_autoindex_former_accounts_1")
_OF_THE_REPORT = {"activity", "by agency", "how cases were handled", "who is in the group"}
_PEOPLE = re.compile(
    r"^SCAN (?:persons|person_uids|group_members|\(subquery-)|Seq Scan on (?:persons|person_uids|group_members)"
)


def _may(line: str, name: str) -> bool:
    """What SQLite calls a scan, too: a walk over the few rows of an index, or over the installation's accounts. A
    report may look through the people, who are as many as the group has members."""
    if line.startswith(("SCAN everything", "SCAN unusual")):  # one row, and a few
        return True
    few = ("ix_persons_roles", "ix_inbox_dead", "ix_cases_open", *_ACCOUNTS)
    if line.endswith(tuple(f"INDEX {index}" for index in few)):
        return True
    if name == "a late seal" and "case_events" in line:  # as many as cases have messages, and once in weeks
        return True
    return name in _OF_THE_REPORT and _PEOPLE.search(line) is not None


@contextmanager
def _captured() -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def note(_connection: object, _cursor: object, text: str, parameters: Any, *_: object) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", text) and "pg_advisory" not in text:
            many = isinstance(parameters, list)
            statements.append(Statement(text, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _explained(connection: Connection, statement: Statement, *, sqlite: bool) -> list[str]:
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    rows = connection.exec_driver_sql(explain + statement.text, statement.parameters).all()
    return [str(row[-1]).strip() for row in rows]


def _fill(connection: Connection) -> None:
    def put(table: Table, rows: list[dict[str, Any]]) -> None:
        connection.execute(insert(table), rows)

    put(accounts, [{"uid": BOT, "number": 0}, {"uid": SECOND_ACCOUNT, "number": 1}])
    put(
        persons,
        [
            {
                "full_name": "",
                "title": "",
                "reach": "unknown",
                "global_id": f"G{n}",
                "roles": {"*": ["admin"]} if n == 1 else None,
            }
            for n in range(1, PEOPLE)
        ],
    )
    put(person_uids, [{"account": BOT, "uid": f"m{n}", "person_id": n} for n in range(1, PEOPLE)])
    put(inbox, [_heard(n) for n in range(ROWS)])
    put(waiting, [{"id": _id(n)} for n in range(ROWS - 4, ROWS)])
    put(events, [_judged(n) for n in range(ROWS)])
    put(findings, [_found(n) for n in range(0, ROWS, 4)])
    put(
        rule_failures,
        [
            {
                "event_id": _id(n),
                "group_id": GROUPS[n % 3],
                "rule_id": "r",
                "at_ms": START_MS + n * STEP_MS,
                "error": "ValueError",
            }
            for n in range(0, ROWS, 10)
        ],
    )
    put(file_scans, [_scanned(n) for n in range(0, ROWS, 3)])
    put(jobs, [_scan_job(n) for n in range(0, ROWS, 3)])
    put(statements, [_stated(n) for n in range(0, ROWS, 5)])
    put(remarks, [_told(n) for n in range(1, CASES)])
    _fill_directives(connection)
    put(message_acts, [_act(n) for n in range(0, ROWS, 4)])
    put(group_members, [_here(n) for n in range(1, PEOPLE)])
    put(cases, [_case(n) for n in range(1, CASES)])
    put(
        case_events,
        [{"case_id": n, "event_id": _id(n), "group_id": GROUPS[n % 3], "message_key": str(n)} for n in range(1, CASES)],
    )
    put(outbox, [_posted(n) for n in range(ROWS // 4)])
    put(
        gaps,
        [
            {
                "account": (BOT, SECOND_ACCOUNT)[n % 2],
                "group_id": GROUPS[n % 3],
                "began_ms": START_MS + n * STEP_MS,
                "ended_ms": START_MS + n * STEP_MS + 1,
                "cause": "1006",
                "recovered": 0,
                "closed": True,
                "pending": n > 4995,
                "heard_id": 1 + n * ROWS // 5000,
            }
            for n in range(5000)
        ],
    )
    put(
        audit,
        [
            {"group_id": GROUP, "at_ms": START_MS, "action": "a", "subject": "s", "detail": "{}", "link": b"l"}
            for _ in range(3000)
        ],
    )
    put(job_runs, [{"job": f"recovered:VP{n}", "due_ms": n} for n in range(3000)])


def _fill_directives(connection: Connection) -> None:
    """Many closed directives and a few open ones, each with one addressee and one answer."""
    numbers = range(1, CASES)
    place = [{"group_id": GROUPS[n % 3], "directive_id": n} for n in numbers]
    connection.execute(
        insert(directives),
        [
            {
                "group_id": GROUPS[n % 3],
                "account": BOT,
                "message_key": str(n),
                "given_by": 1,
                "at_ms": START_MS + n * STEP_MS,
                "state": "open" if n % 50 == 0 else "done",
                "changed_ms": START_MS,
                "body": NO_LONGER_KEPT,
                "addressees": 1,
                "answered": 1,
                "reported": 0,
                "due_ms": START_MS + n * STEP_MS,
            }
            for n in numbers
        ],
    )
    given = {"item": 0, "name": NO_LONGER_KEPT, "known": True, "removed": False, "assumed": False}
    connection.execute(
        insert(directive_assignees),
        [here | given | {"due_ms": START_MS + n * STEP_MS} for n, here in zip(numbers, place, strict=True)],
    )
    connection.execute(
        insert(directive_people),
        [
            here | {"assignee_id": n, "person_id": 1 + n % (PEOPLE - 1), "place": 0, "live": n % 50 == 0}
            for n, here in zip(numbers, place, strict=True)
        ],
    )
    answer = {"kind": "received", "way": "quote", "assumed": False, "person_id": 1, "at_ms": START_MS}
    connection.execute(
        insert(directive_answers),
        [
            here | answer | {"assignee_id": n, "target_key": str(n), "message_key": str(n)}
            for n, here in zip(numbers, place, strict=True)
        ],
    )


def _id(number: int) -> int:
    return (START_MS + number * STEP_MS) << 20 | (number % 2)


def _heard(number: int) -> dict[str, Any]:
    return {
        "id": _id(number),
        "account": (BOT, SECOND_ACCOUNT)[number % 2],
        "thread_id": GROUPS[number % 3],
        "is_group": True,
        "kind": "message",
        "key": str(number),
        "cli_key": str(number),
        "sender_uid": f"m{number % PEOPLE}",
        "at_ms": START_MS + number * STEP_MS,
        "source": "live",
        "received_ms": START_MS + number * STEP_MS,
        "fingerprint": number.to_bytes(16, "big"),
        "state": "dead" if number % 500 == 0 and number <= ROWS - 5 else "done",
        "body": None,
    }


def _judged(number: int) -> dict[str, Any]:
    return {
        "id": _id(number),
        "group_id": GROUPS[number % 3],
        "kind": "message_sent",
        "element": "message",
        "person_id": number % PEOPLE,
        "at_ms": START_MS + number * STEP_MS,
        "judged_ms": START_MS + number * STEP_MS,
        "source": "live",
        "late": False,
        "own": False,
        "revision": False,
        "sealed": False,
        "message_type": "webchat",
        "length": 40,
        "people": 0,
    }


def _act(number: int) -> dict[str, Any]:
    return {
        "event_id": _id(number),
        "place": 0,
        "group_id": GROUPS[number % 3],
        "kind": "message_recalled",
        "at_ms": START_MS + number * STEP_MS,
        "state": {0: "waiting", 40: "claimed"}.get(number % 800, "applied"),
        "message_key": str(number),
        "cli_key": str(number),
        "author_uid": "",
        "icon": "",
    }


def _found(number: int) -> dict[str, Any]:
    return {
        "event_id": _id(number),
        "group_id": GROUPS[number % 3],
        "person_id": number % PEOPLE,
        "rule_id": "3.1-tieng-viet-co-dau",
        "clause": "3.1",
        "severity": "suspect",
        "label": "no_diacritics",
        "at_ms": START_MS + number * STEP_MS,
        "shadow": False,
        "sealed": False,
    }


def _case(number: int) -> dict[str, Any]:
    opened_ms = START_MS + number * STEP_MS
    made = new_case(1 + number % (PEOPLE - 2), _id(number), group_id=GROUPS[number % 3])
    row = made.model_dump(include={"group_id", "rule_id", "clause", "label", "person_id", "first_event_id", "late"})
    return row | {
        "severity": "minor",
        "sealed": False,
        "state": "confirmed" if number % 20 else "new",
        "opened_ms": opened_ms,
        "event_ms": opened_ms,
        "last_event_ms": opened_ms,
        "count": 1,
        "message_key": str(number),
        "state_ms": opened_ms,
    }


def _scanned(number: int) -> dict[str, Any]:
    return {
        "event_id": _id(number),
        "group_id": GROUPS[number // 3 % 3],
        "account": BOT,
        "message_key": str(number),
        "at_ms": START_MS + number * STEP_MS,
        "scanned_ms": START_MS + number * STEP_MS,
        "mac": number.to_bytes(16, "big"),
        "size": 8,
        "found": 0,
        "result": ScanResult().model_dump(mode="json"),
    }


def _scan_job(number: int) -> dict[str, Any]:
    """A scan that was done; a few of the youngest wait for another account's bot."""
    waits = number > ROWS - 100
    return {
        "account": SECOND_ACCOUNT if waits else BOT,
        "kind": JobKind.SCAN_ATTACHMENT.value,
        "group_id": GROUPS[number // 3 % 3],
        "target": str(number),
        "task": b"t" * 400 if waits else None,
        "ordered_ms": START_MS + number * STEP_MS,
        "attempts": 1,
        "due_ms": START_MS + number * STEP_MS if waits else None,
    }


def _stated(number: int) -> dict[str, Any]:
    at_ms = START_MS + number * STEP_MS
    return {
        "event_id": _id(number),
        "group_id": GROUPS[number % 3],
        "at_ms": at_ms,
        "kind": "directive",
        "long": False,
        "no_deadline": True,
        "no_addressee": False,
    }


def _told(number: int) -> dict[str, Any]:
    return {
        "kind": "incident",
        "number": number,
        "group_id": GROUPS[number % 3],
        "person_id": 1 + number % (PEOPLE - 2),
        "at_ms": START_MS + number * STEP_MS,
        "body": b"b" * 100,
        "told_ms": START_MS + number * STEP_MS,
    }


def _here(number: int) -> dict[str, Any]:
    return {
        "group_id": GROUPS[number % 3],
        "account": (BOT, SECOND_ACCOUNT)[number % 2],
        "uid": f"m{number}",
        "present": True,
        "since_ms": START_MS,
    }


def _posted(number: int) -> dict[str, Any]:
    at_ms = START_MS + number * STEP_MS * 4
    return {
        "account": (BOT, SECOND_ACCOUNT)[number % 2],
        "thread_id": f"m{number % PEOPLE}",
        "is_group": False,
        "group_id": GROUPS[number % 3],
        "person_id": number % PEOPLE,
        "purpose": "member_request",
        "priority": 5,
        "body": b"b" * 100,
        "created_ms": at_ms,
        "state": "refused" if number % 50 == 0 else "sent",
        "not_before_ms": 0,
        "client_id": at_ms,
        "attempts": 1,
        "attempted_ms": at_ms,
        "repeated": False,
        "msg_id": str(number),
        "done_ms": at_ms,
        "expires_ms": at_ms + 86_400_000,
    }
