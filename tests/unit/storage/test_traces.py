"""What stands in the files, byte for byte: nothing readable of anybody, and of what is sealed nothing at all."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.storage.stored import BOT, GROUP, MASTER, MEMBER, START, HandClock, entry, message, new_case, notice
from zalo_governor.domain.events import NameObserved
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Seal, Source
from zalo_governor.domain.jobs import Job, ScanAttachment
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import inbox, jobs
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

SECRET = "Toi gui ban MAT so 01 GIA DINH"
SEALS = Verdict(
    findings=(
        SealedFinding(
            rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat"
        ),
        Finding(
            rule_id="3.1-tieng-viet-co-dau",
            clause="3.1",
            severity=Severity.MINOR,
            label="no_diacritics",
            spans=((0, 4),),
            excerpt=SECRET,
            suggestion=SECRET,
        ),
    )
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'governor.db'}", Keys(MASTER), HandClock())
    database.migrate()
    yield database
    database.close()


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def test_nothing_that_people_wrote_or_read_is_on_the_disk_in_clear(database: Database, tmp_path: Path) -> None:
    words = ["Loi nhan GIA DINH", "Ten hien thi GIA DINH", "Thong bao GIA DINH", "Trich GIA DINH", "Goi y GIA DINH"]
    text, name, told, excerpt, suggestion = words
    (said, renamed) = Inbox(database).admit([entry("1", text), entry("2", name)])
    found = Finding(
        rule_id="3.1-tieng-viet-co-dau",
        clause="3.1",
        severity=Severity.MINOR,
        label="no_diacritics",
        excerpt=excerpt,
        suggestion=suggestion,
    )
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store(said, message(said, sender_name=name), Verdict(findings=(found,)), START)
        observed = NameObserved(id=renamed.id, account=BOT, thread_id=GROUP, sender_uid=MEMBER, at=START, name=name)
        uow.verdicts.store(renamed, observed, Verdict(), START)
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person is not None
        case = uow.cases.add(new_case(person.id, said.id, reason="Ly do GIA DINH"))
        uow.outbox.add(notice(told, case_id=case.id))
        snapshot = GroupSnapshot(group_id=GROUP, name="Nhom GIA DINH", owner_uid=MEMBER, member_uids=(MEMBER,))
        uow.members.save_group(BOT, snapshot, [Member(uid=MEMBER, display_name=name)], START)
    with UnitsOfWork(database).begin() as uow:
        assert uow.cases.excerpt(case) == excerpt
        assert uow.cases.suggestion(case) == suggestion
        assert uow.members.judged_names(BOT, GROUP) == {MEMBER: name}
        assert uow.members.group_snapshot(GROUP) == snapshot
    assert b"GIA DINH" not in on_disk(tmp_path)


@pytest.mark.parametrize("size", [1, 900, 30_000])
def test_what_is_sealed_late_leaves_not_even_its_ciphertext(database: Database, tmp_path: Path, size: int) -> None:
    neighbours = [entry(f"n{number}", "Xin chào " * (number % 7)) for number in range(80)]
    admitted = Inbox(database).admit([*neighbours[:40], entry("secret", SECRET * size), *neighbours[40:]])
    secret = admitted[40]
    with database.read() as connection:
        body = connection.scalar(select(inbox.c.body).where(inbox.c.id == secret.id))
    assert body is not None
    pieces = [body[:24], body[len(body) // 2 :][:24], body[-24:]]
    assert all(piece in on_disk(tmp_path) for piece in (pieces[0], pieces[2]))

    with UnitsOfWork(database).begin() as uow:
        for item in admitted:
            uow.verdicts.store(item, message(item, sender_name=SECRET), SEALS if item is secret else Verdict(), START)

    left = on_disk(tmp_path)
    assert not [piece for piece in pieces if piece in left]
    assert SECRET.encode() not in left
    with database.read() as connection:
        row = connection.execute(select(inbox).where(inbox.c.id == secret.id)).one()
    assert (row.body, row.seal_rule, row.seal_level, row.seal_size) == (
        None,
        "4.1-noi-dung-mat",
        "mat",
        len(SECRET) * size,
    )


def test_what_a_scan_seals_leaves_neither_the_message_nor_its_scan_nor_a_reply(
    database: Database, tmp_path: Path
) -> None:
    reply = {"msgId": "reply", "content": "Đã nhận", "quote": {"globalMsgId": "secret", "msg": SECRET}}
    photo, answer = Inbox(database).admit([entry("secret", SECRET), entry("reply", "Đã nhận", raw=reply)])
    task = ScanAttachment(
        event_id=photo.id,
        message_key="secret",
        sender_uid=MEMBER,
        sent_at=START,
        source=Source.LIVE,
        message_type="share.file",
        name=SECRET,
    )
    with UnitsOfWork(database).begin() as uow:
        for item in (photo, answer):
            uow.verdicts.store(item, message(item), Verdict(), START)
        uow.jobs.enqueue(Job(account=BOT, group_id=GROUP, task=task, ordered_at=START))
    with database.read() as connection:
        sealed = [*connection.scalars(select(inbox.c.body)), *connection.scalars(select(jobs.c.task))]
    pieces = [piece for text in sealed for piece in (text[:24], text[-24:])]
    assert all(piece in on_disk(tmp_path) for piece in pieces)
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.add(photo.id, Verdict(), Seal("4.1-noi-dung-mat", "classified", "mat", 8, b"m" * 16))
    left = on_disk(tmp_path)
    assert not [piece for piece in pieces if piece in left]


def test_where_a_reader_stands_in_the_way_the_next_commit_erases_the_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zalo_governor.storage.engine.connect.BUSY_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'governor.db'}", Keys(MASTER), HandClock())
    database.migrate()
    (secret,) = Inbox(database).admit([entry("secret", SECRET)])
    with database.read() as connection:
        body = connection.scalar(select(inbox.c.body).where(inbox.c.id == secret.id))
    assert body is not None
    with database.read() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM inbox")
        with UnitsOfWork(database).begin() as uow:
            uow.verdicts.store(secret, message(secret), SEALS, START)
        assert body[:24] in on_disk(tmp_path)
        reader.exec_driver_sql("COMMIT")
    Inbox(database).admit([entry("next")])
    assert body[:24] not in on_disk(tmp_path)
    database.close()


def test_a_log_that_cannot_be_truncated_does_not_make_a_durable_judgement_look_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'governor.db'}", Keys(MASTER), HandClock())
    database.migrate()
    (secret,) = Inbox(database).admit([entry("secret", SECRET)])

    def no_checkpoint(_action: int, name: str | None, *_rest: object) -> int:
        return sqlite3.SQLITE_DENY if name == "wal_checkpoint" else sqlite3.SQLITE_OK

    with database.read() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
    driver.set_authorizer(no_checkpoint)
    with UnitsOfWork(database).begin() as uow:
        uow.verdicts.store(secret, message(secret), SEALS, START)
    assert Inbox(database).counts() == (1, 0, 0)
    driver.set_authorizer(None)
    Inbox(database).admit([entry("next")])
    assert (tmp_path / "governor.db-wal").stat().st_size == 0
    database.close()
