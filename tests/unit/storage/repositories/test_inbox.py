import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.storage.stored import BOT, GROUP, MASTER, OTHER, START, START_MS, HandClock, entry, message, notice
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import ElementKind, Entry, Source
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.gaps import Gaps
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork


def opened(path: Path, clock: HandClock | None = None) -> Database:
    database = Database(f"sqlite:///{path}", Keys(MASTER), clock or HandClock())
    database.migrate()
    return database


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def database(tmp_path: Path, clock: HandClock) -> Iterator[Database]:
    database = opened(tmp_path / "governor.db", clock)
    yield database
    database.close()


entries = st.builds(
    lambda key, text, cli_key, sender: entry(key, text, cli_key=cli_key, sender_uid=sender),
    key=st.sampled_from("123456"),
    text=st.sampled_from(["một", "hai", "ba"]),
    cli_key=st.sampled_from([None, "c1", "c2"]),
    sender=st.sampled_from(["7", "9"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(entries, max_size=12), max_size=6))
def test_every_element_is_admitted_exactly_once_in_any_order_and_repetition(batches: list[list[Entry]]) -> None:
    expected: list[tuple[Entry, bool]] = []
    elements: set[tuple[str, bytes]] = set()
    typed: set[tuple[str, str, bytes]] = set()
    for one in (one for batch in batches for one in batch):
        repeated = (one.key, one.fingerprint) in elements or (
            one.cli_key is not None and (one.sender_uid, one.cli_key, one.fingerprint) in typed
        )
        if not repeated:
            expected.append((one, any(key == one.key for key, _ in elements)))
            elements.add((one.key, one.fingerprint))
            if one.cli_key is not None:
                typed.add((one.sender_uid, one.cli_key, one.fingerprint))
    with tempfile.TemporaryDirectory() as folder:
        database = opened(Path(folder) / "governor.db")
        inbox = Inbox(database)
        admitted = [item for batch in batches for item in inbox.admit(batch)]
        assert [(item.entry, item.revision) for item in admitted] == expected
        assert [item.id for item in admitted] == sorted({item.id for item in admitted})
        assert inbox.waiting(after_id=0, limit=1000) == admitted
        database.close()


def test_what_was_admitted_before_a_kill_waits_for_the_next_process(database: Database, tmp_path: Path) -> None:
    admitted = Inbox(database).admit([entry(str(number)) for number in range(50)])
    # No close: the first process is gone as it stood.
    survivor = opened(tmp_path / "governor.db")
    assert Inbox(survivor).waiting(after_id=0, limit=100) == admitted
    survivor.close()


def test_two_processes_never_give_the_same_id_even_in_one_millisecond(database: Database, tmp_path: Path) -> None:
    second = opened(tmp_path / "governor.db")
    here, there = Inbox(database), Inbox(second)
    ids = []
    for number in range(30):
        inbox = here if number % 2 else there
        ids += [item.id for item in inbox.admit([entry(f"{number}"), entry(f"{number}b", account=OTHER)])]
    second.close()
    assert len(ids) == 60
    assert ids == sorted(set(ids))
    assert max(ids) < 2**63


def test_ids_go_on_rising_when_the_machines_clock_is_set_back(database: Database) -> None:
    inbox = Inbox(database)
    clock = database.clock
    assert isinstance(clock, HandClock)
    (before,) = inbox.admit([entry("1")])
    clock.forward(days=-2)
    (after,) = inbox.admit([entry("2")])
    assert after.id > before.id


def test_ids_that_a_sender_made_absurd_do_not_stop_the_batch(database: Database) -> None:
    absurd = entry("2", cli_key="\ud800\0", at_ms=10**30)
    admitted = Inbox(database).admit([entry("1"), absurd, entry("3")])
    assert [item.entry.key for item in admitted] == ["1", "2", "3"]
    assert len(Inbox(database).waiting(after_id=0, limit=9)) == 3
    assert Inbox(database).admit([absurd]) == []


def test_the_indexes_serve_the_questions_asked_all_the_time(database: Database) -> None:
    def plan(sql: str) -> str:
        with database.read() as connection:
            return " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    assert "ix_inbox_dead" in plan("SELECT count(*) FROM inbox WHERE state = 'dead'")
    assert "ix_cases_open" in plan(
        "SELECT * FROM cases WHERE state IN ('new', 'reminded', 'under_review')"
        " AND group_id = '1' AND person_id = 1 AND rule_id = 'r'"
    )
    assert "ix_outbox_state" in plan(
        "SELECT * FROM outbox WHERE state IN ('waiting', 'uncertain') AND not_before_ms <= 5"
    )
    assert "ix_events_group_at" in plan("SELECT count(*) FROM events WHERE group_id = '1' AND at_ms > 5")


def test_backfill_learns_which_messages_are_known(database: Database) -> None:
    inbox = Inbox(database)
    assert inbox.last(BOT, GROUP) is None
    inbox.admit([entry("10", at_ms=50), entry("11", at_ms=70), entry("12", at_ms=60)])
    assert inbox.known(BOT, GROUP, ["10", "12", "99"]) == {"10", "12"}
    assert inbox.known(BOT, "other", ["10"]) == set()
    assert inbox.last(BOT, GROUP) == ("11", 70)


def test_what_was_heard_before_a_moment_is_told_by_numbers_also_where_the_clock_was_set_back(
    database: Database, clock: HandClock
) -> None:
    inbox = Inbox(database)
    assert inbox.newest_id() == 0
    inbox.admit([entry("10")])
    clock.forward(hours=-1)
    inbox.admit([entry("10")] * 9)
    moment = inbox.newest_id()
    inbox.admit([entry("11")])
    assert inbox.numbers(BOT, GROUP, ["10", "11"], up_to=moment).keys() == {"10"}
    assert Inbox(database).newest_id() == inbox.newest_id() > moment


def test_what_was_judged_is_never_made_a_dead_letter(database: Database) -> None:
    inbox = Inbox(database)
    judged, broken = inbox.admit([entry("1"), entry("2")])
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store(judged, message(judged), Verdict(), START)
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store_dead_letter(judged, "judge fault: IntegrityError", START)
        uow.verdicts.store_dead_letter(broken, "judge fault: IntegrityError", START)
    assert inbox.counts() == (2, 0, 1)


def test_a_sweep_by_our_own_clock_is_not_the_last_that_was_heard(database: Database) -> None:
    Inbox(database).admit(
        [entry("1"), entry("2", kind=ElementKind.NAME, source=Source.SWEEP, at_ms=START_MS + 600_000)]
    )
    assert Gaps(database, BOT).last_heard(GROUP) == START_MS


def test_a_message_posted_before_the_clock_was_set_back_is_sent_at_once(database: Database) -> None:
    with UnitsOfWork(database).begin() as uow:
        uow.outbox.add(notice())
    [outgoing] = Outbox(database).claim(now=START - timedelta(hours=1), limit=9)
    assert outgoing.notice.text == notice().text
