from random import Random
from typing import Any

from sqlalchemy import Connection, Insert, select
from sqlalchemy.event import listen

from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MEMBER,
    OTHER,
    START,
    START_MS,
    HandClock,
    entry,
    message,
    new_case,
    new_directive,
    sealed_entry,
)
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Source
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import inbox
from zalo_governor.storage.unit_of_work import UnitsOfWork


def admitted_keys(items: list[Admitted]) -> list[str]:
    return [item.entry.key for item in items]


def test_a_message_that_comes_again_is_admitted_once(database: Database) -> None:
    store = Inbox(database)
    assert admitted_keys(store.admit([entry("1"), entry("1"), entry("2")])) == ["1", "2"]
    assert store.admit([entry("2"), entry("1")]) == []
    assert store.admit([]) == []


def test_what_another_account_heard_meanwhile_does_not_wait_again(database: Database) -> None:
    store = Inbox(database)
    store.admit([entry("1")])

    def write_of_another(connection: Connection, statement: Any, rows: list[dict[str, Any]], *_: object) -> None:
        """While rows are written, another account gets an id that lies between theirs, and what it heard is judged."""
        if rows and isinstance(statement, Insert) and statement.table is inbox and rows[0]["account"] == BOT:
            connection.execute(statement, [{**rows[0], "id": rows[0]["id"] + 1, "account": OTHER}])

    listen(vars(database)["_engine"], "before_execute", write_of_another)
    assert admitted_keys(store.admit([entry("1"), entry("2")])) == ["2"]
    assert [item.entry.account for item in store.waiting(after_id=0, limit=9)] == [BOT, BOT]
    assert store.counts().heard == 3


def test_the_same_id_with_other_content_is_a_revision_and_is_judged(database: Database) -> None:
    store = Inbox(database)
    first, second = store.admit([entry("1", "một"), entry("1", "hai")])
    (third,) = store.admit([entry("1", "ba")])
    assert [first.revision, second.revision, third.revision] == [False, True, True]
    assert [item.revision for item in store.waiting(after_id=0, limit=9)] == [False, True, True]


def test_in_a_crowd_what_came_before_and_what_is_a_revision_is_still_told_apart(database: Database) -> None:
    store = Inbox(database)
    store.admit([entry(str(number), "cũ") for number in range(0, 900, 100)])
    crowd = [entry(str(number), "mới" if number % 200 == 100 else "cũ") for number in range(900)]
    admitted = store.admit([*crowd, *crowd[400:500]])
    assert admitted_keys(admitted) == [str(number) for number in range(900) if number % 200 != 0]
    assert [item.entry.key for item in admitted if item.revision] == ["100", "300", "500", "700"]


def test_of_two_that_count_as_the_same_the_sealed_one_stays(database: Database) -> None:
    store = Inbox(database)
    for key, first, second in (("1", entry, sealed_entry), ("2", sealed_entry, entry)):
        fingerprint = key.encode() * 16
        (admitted,) = store.admit([one(key)._replace(fingerprint=fingerprint) for one in (first, second)])
        assert admitted.entry.seal
        assert admitted.entry.raw is None
    assert [item.entry.raw for item in store.waiting(after_id=0, limit=9)] == [None, None]


def test_in_whatever_order_ids_come_revisions_are_told_from_what_is_new(database: Database) -> None:
    store, random = Inbox(database), Random(3)  # noqa: S311 - no secret
    said: dict[tuple[str, str], set[str]] = {}
    revisions = 0
    for step in range(100):
        batch = [
            entry(str(1000 + step * 2 + random.randint(-1, 3)), random.choice(["một", "hai"]), thread_id=thread_id)
            for thread_id in random.choices(["8", "9"], weights=[3, 1], k=4)
        ]
        expected = []
        for one in batch:
            contents = said.setdefault((one.thread_id, one.key), set())
            content = str(one.raw)
            if content not in contents:
                expected.append((one.thread_id, one.key, content, bool(contents)))
                contents.add(content)
        admitted = store.admit(batch)
        given = [(item.entry.thread_id, item.entry.key, str(item.entry.raw), item.revision) for item in admitted]
        assert given == expected
        revisions += sum(item.revision for item in admitted)
    assert revisions > 20


def test_the_same_id_is_another_element_in_another_kind_thread_or_account(database: Database) -> None:
    others = [
        entry("1", kind=ElementKind.RECALL),
        entry("1", thread_id="9"),
        entry("1", account=OTHER),
    ]
    admitted = Inbox(database).admit([entry("1"), *others])
    assert len(admitted) == 4
    assert not any(item.revision for item in admitted)


def test_a_client_that_sends_the_same_twice_under_new_ids_is_heard_once(database: Database) -> None:
    store = Inbox(database)
    assert len(store.admit([entry("1", cli_key="c"), entry("2", cli_key="c")])) == 1
    assert store.admit([entry("3", cli_key="c")]) == []


def test_nothing_can_be_hidden_behind_an_older_client_id(database: Database) -> None:
    store = Inbox(database)
    store.admit([entry("1", "chào", cli_key="c")])
    own_old_id = entry("2", "khác hẳn", cli_key="c")
    anothers_id = entry("3", "chào", cli_key="c", sender_uid=OTHER)
    without_id = entry("4", "chào")
    assert admitted_keys(store.admit([own_old_id, anothers_id, without_id])) == ["2", "3", "4"]


def test_a_receipt_with_an_absurd_id_concerns_no_case_and_stops_nothing(database: Database) -> None:
    receipt = Element(
        account=BOT,
        thread_id=GROUP,
        is_group=True,
        kind=ElementKind.RECEIPT,
        key="1",
        cli_key=None,
        sender_uid="",
        at_ms=0,
        source=Source.LIVE,
        said=b"",
        raw={"msgId": "5\0\ud800"},
    )
    assert Inbox(database).receipt_is_watched(receipt) is False


def test_sealed_content_is_known_from_earlier_entries_of_the_same_conversation(database: Database) -> None:
    store = Inbox(database)
    first, elsewhere, again = store.admit(
        [sealed_entry("1"), sealed_entry("2", thread_id="9"), sealed_entry("3", cli_key="c")]
    )
    open_one, other = store.admit([entry("4"), sealed_entry("5", mac=b"o" * 16)])
    said = [store.said_before(item) for item in (first, elsewhere, again, open_one, other)]
    assert said == [False, False, True, False, False]


def test_sealed_entries_come_back_with_their_seal_and_without_a_body(database: Database) -> None:
    store = Inbox(database)
    (item,) = store.admit([sealed_entry("1")])
    assert store.waiting(after_id=0, limit=9) == [item]
    assert item.entry.seal == sealed_entry("1").seal
    with database.read() as connection:
        assert connection.scalar(select(inbox.c.body)) is None


def test_waiting_entries_are_given_page_by_page_until_they_are_judged(database: Database) -> None:
    store = Inbox(database)
    items = store.admit([entry(str(number)) for number in range(5)])
    assert store.waiting(after_id=items[1].id, limit=2) == items[2:4]
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store(items[0], message(items[0]), Verdict(), START)
        uow.verdicts.store_dead_letter(items[1], "no such shape", START)
    assert store.waiting(after_id=0, limit=9) == items[2:]
    assert store.counts() == (5, 3, 1)


def test_each_process_is_given_only_what_its_own_account_heard(database: Database, clock: HandClock) -> None:
    mine, theirs = Inbox(database, BOT), Inbox(database, OTHER)
    mine.admit([entry("1")])
    clock.forward(seconds=1)
    theirs.admit([entry("1", account=OTHER)])
    assert [item.entry.account for item in mine.waiting(after_id=0, limit=9)] == [BOT]
    assert [item.entry.account for item in theirs.waiting(after_id=0, limit=9)] == [OTHER]
    assert len(Inbox(database).waiting(after_id=0, limit=9)) == 2


def test_receipts_are_watched_only_for_messages_under_a_case_and_for_directives(database: Database) -> None:
    store = Inbox(database)
    (item,) = store.admit([entry("41")])
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store(item, message(item), Verdict(), START)
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person is not None
        uow.cases.add(new_case(person.id, item.id, message_key="41"))
        uow.directives.add(new_directive(person.id, message_key="43"))

    def watched(raw: dict[str, object]) -> bool:
        return store.receipt_is_watched(
            Element(BOT, GROUP, True, ElementKind.RECEIPT, "digest", None, MEMBER, 0, Source.LIVE, b"", raw)
        )

    assert watched({"msgId": "41"})
    assert watched({"msgId": 41})
    assert watched({"msgId": "43"})
    assert not watched({"msgId": "42"})
    assert not watched({})


def test_what_was_judged_in_its_turn_tells_the_next_process_where_to_go_on(database: Database) -> None:
    store = Inbox(database, BOT)
    first, from_the_future, newest = store.admit(
        [entry("1"), entry("3", at_ms=START_MS + 10**10), entry("2", at_ms=START_MS + 5)]
    )
    (swept,) = store.admit([entry("4", at_ms=START_MS + 9, source=Source.SWEEP)])
    (of_another,) = store.admit([entry("5", at_ms=START_MS + 9, account=OTHER)])
    with UnitsOfWork(database).begin() as uow:
        for item in (first, from_the_future, newest, swept, of_another):
            happened = message(item, late=item is from_the_future, source=item.entry.source)
            uow.verdicts.store(item, happened, Verdict(), START)
    assert store.judged_last(GROUP) == [(BOT, START_MS + 5, "2"), (BOT, START_MS, "1")]
    assert Inbox(database).judged_last(GROUP)[0] == (OTHER, START_MS + 9, "5")
