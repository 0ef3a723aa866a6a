"""A database full of elements that an earlier version did not understand is upgraded, and they come back."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import func, insert, select, text

from tests.integration.line import ADMIN, Line, line
from tests.unit.storage.stored import BOT, GROUP, MEMBER, START, START_MS, HandClock, entry
from zalo_governor.domain.events import Unrecognised
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import READER_VERSION, Element, ElementKind, RawDict, Source
from zalo_governor.pipeline.rereading import Rereading
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.dead_letters import DeadLetters
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.inbox_rows import row_of
from zalo_governor.storage.schema import cases, events, inbox, outbox, waiting
from zalo_governor.zalo.events.extract import read_again
from zalo_governor.zalo.events.parse import parse

BAD_LINK = "Cổng mới https://chinhphu.gov.vn.mau-trang.top/tin"
SECRET = "Em gửi các đồng chí văn bản mật số 05/KH-GIẢ ĐỊNH về phương án Hạt Dẻ để nghiên cứu trước"
MANY = 450
"""More than two batches."""


def said(number: int, content: object, msg_type: str = "webchat", by: str = MEMBER) -> RawDict:
    """A message of the group, an hour before the upgrade, as Zalo sent it."""
    at_ms = START_MS - 3_600_000 + number
    return {
        "msgId": str(9_000 + number), "cliMsgId": str(at_ms), "msgType": msg_type, "uidFrom": by, "idTo": GROUP,
        "dName": "Lò Thị Mẫu", "ts": str(at_ms), "content": content,
    }  # fmt: skip


LETTERS: dict[str, tuple[ElementKind, RawDict]] = {
    "a link": (ElementKind.OTHER, said(1, BAD_LINK)),
    "a command": (ElementKind.OTHER, said(2, "/trangthai", by=ADMIN)),
    "a pin": (ElementKind.OTHER, said(3, {"action": "msginfo.actionlist", "title": "Lan đã ghim một tin nhắn"})),
    "of its own kind": (ElementKind.MESSAGE, said(4, "Kính gửi các đồng chí")),
    "a secret": (ElementKind.OTHER, said(5, SECRET)),
    "an act": (
        ElementKind.OTHER,
        {"content": {"act_type": "group", "act": "update_topic", "data": json.dumps({"groupId": GROUP, "time": 5})}},
    ),
    "of another group": (ElementKind.OTHER, said(6, BAD_LINK) | {"idTo": "8000000000000000009"}),
    "never to be read": (ElementKind.OTHER, {"value": "chữ"}),
}
NOT_READ = {"of another group", "never to be read"}


@pytest.fixture
def upgraded(database: Database) -> Database:
    """A database with dead letters that the version before could not read."""
    letters = [*LETTERS.values(), *((ElementKind.OTHER, said(100 + n, f"Kính gửi đồng chí {n}")) for n in range(MANY))]
    rows = []
    for number, (kind, raw) in enumerate(letters):
        where = "" if raw.get("idTo") is None else GROUP
        made = entry(f"{number:032}", f"{number}", kind=kind, thread_id=where, raw=raw, at_ms=START_MS - 3_600_000)
        place = {"id": (START_MS - 3_600_000 << 20) + (number << 8), "state": "dead", "reason": "other"}
        rows.append({**row_of(database.keys, made), **place})
    with database.write() as connection:
        connection.execute(insert(inbox), rows)
    return database


def rereading(bot: Line) -> Rereading:
    def admit(elements: Sequence[Element]) -> None:
        admitted = bot._intake.admit(elements)
        if admitted:
            bot.judge.accept(admitted)
            bot.settle()

    return Rereading(
        DeadLetters(bot.database, BOT),
        extract=read_again,
        parser=parse,
        groups=[GROUP],
        admit=admit,
        on_admitted=lambda _group_id: None,
        clock=bot.clock,
    )


def do_all(work: Rereading, clock: HandClock) -> int:
    """Do the work until nothing is due; return in how many batches."""
    for done in range(20):
        if work.next_due() is None:
            return done
        work.act(clock())
    raise AssertionError("the work does not come to an end")


def dead(database: Database) -> int:
    return Inbox(database, BOT).counts().dead


def test_an_upgrade_brings_back_what_was_not_understood(upgraded: Database, clock: HandClock) -> None:
    before = dead(upgraded)
    with line(upgraded, clock) as bot:
        batches = do_all(rereading(bot), clock)
    assert (before, dead(upgraded)) == (len(LETTERS) + MANY, len(NOT_READ))
    assert batches == 3
    with upgraded.read() as connection:
        kinds: dict[str, int] = dict(
            connection.execute(select(events.c.kind, func.count()).group_by(events.c.kind)).all()
        )
        sources = set(connection.scalars(select(events.c.source)))
        found = connection.execute(select(cases.c.label, cases.c.late, cases.c.sealed).order_by(cases.c.label)).all()
    assert kinds == {"message_sent": MANY + 3, "system_notice": 1, "sealed_heard": 1, "board_changed": 1}
    assert sources == {Source.BACKFILL.value}
    assert found == [("classified", True, True), ("lookalike_link", True, False)]


def test_what_comes_back_is_told_to_nobody_in_public_and_its_commands_are_not_carried_out(
    upgraded: Database, clock: HandClock
) -> None:
    with line(upgraded, clock) as bot:
        do_all(rereading(bot), clock)
    with upgraded.read() as connection:
        sent = connection.execute(select(outbox)).all()
    told = [upgraded.keys.open_text(row.body, "outbox", row.account, row.thread_id) for row in sent]
    assert not any(row.is_group or row.thread_id == MEMBER for row in sent)
    assert not any("Trạng thái" in one for one in told)


def test_each_version_of_the_reader_reads_them_once(
    upgraded: Database, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line(upgraded, clock) as bot:
        do_all(rereading(bot), clock)
        letters = DeadLetters(upgraded, BOT)
        assert letters.unread() == []
        monkeypatch.setattr("zalo_governor.storage.repositories.dead_letters.READER_VERSION", READER_VERSION + 1)
        assert len(DeadLetters(upgraded, BOT).unread()) == len(NOT_READ)


def test_what_this_version_does_not_understand_it_does_not_read_again(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bot.hear({"msgType": "chat.undo", "idTo": GROUP, "uidFrom": MEMBER, "ts": str(START_MS), "content": "?"})
        bot.settle()
        assert (dead(database), DeadLetters(database, BOT).unread()) == (1, [])


@pytest.mark.parametrize("stage", ["make_room", "_admit", "settle"])
def test_a_crash_in_the_middle_loses_nothing_and_doubles_nothing(
    upgraded: Database, clock: HandClock, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line(upgraded, clock) as bot:
        work = rereading(bot)
        broken = work if stage == "_admit" else work._letters
        done = getattr(broken, stage)

        def crash(*given: object) -> None:
            done(*given)
            raise SystemExit

        monkeypatch.setattr(broken, stage, crash)
        with pytest.raises(SystemExit):
            work.act(clock())
        do_all(rereading(bot), clock)
    with upgraded.read() as connection:
        judged = connection.scalar(select(func.count()).select_from(events))
        opened = connection.scalar(select(func.count()).select_from(cases))
        left = connection.scalar(select(func.count()).select_from(waiting))
    assert (judged, opened, left, dead(upgraded)) == (MANY + len(LETTERS) - len(NOT_READ), 2, 0, len(NOT_READ))


def test_what_was_received_once_more_in_the_meantime_is_no_second_message(upgraded: Database, clock: HandClock) -> None:
    with line(upgraded, clock) as bot:
        bot.say(LETTERS["a link"][1])
        do_all(rereading(bot), clock)
    with upgraded.read() as connection:
        counts = connection.scalars(select(cases.c.count).where(cases.c.label == "lookalike_link")).all()
    assert counts == [1]
    assert dead(upgraded) == len(NOT_READ)


def test_an_unrecognised_event_is_replaced_only_where_the_reader_knows_better(
    database: Database, clock: HandClock
) -> None:
    act = {"content": {"act_type": "group", "act": "update_topic", "data": json.dumps({"groupId": GROUP, "time": 5})}}
    news = {"content": {"act_type": "voice_aac_success", "act": "done", "data": "{}"}}
    entries = [entry(str(n), str(n), kind=ElementKind.OTHER, raw=raw) for n, raw in enumerate([act, news])]
    with line(database, clock) as bot:
        admitted = Inbox(database, BOT).admit(entries)
        with bot.units.begin() as uow:
            for one in admitted:
                event = Unrecognised(id=one.id, account=BOT, thread_id=GROUP, at=START, act="x")
                uow.verdicts.store(one, event, Verdict(), START)
        do_all(rereading(bot), clock)
    with database.read() as connection:
        kinds = sorted(connection.scalars(select(events.c.kind)))
    assert kinds == ["board_changed", "unrecognised"]


def test_what_retention_has_emptied_is_left_alone(upgraded: Database, clock: HandClock) -> None:
    with upgraded.write() as connection:
        connection.execute(text("UPDATE inbox SET body = NULL"))
    assert DeadLetters(upgraded, BOT).unread() == []
