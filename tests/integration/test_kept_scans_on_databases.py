"""What becomes of scans in retention, erasure, backup, restore and a change of the account, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

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
)
from zalo_governor.domain.attachments import FileScan, NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.findings import Finding, Severity, Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import Job, JobKind, ScanAttachment
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.account_replacement import succeed
from zalo_governor.storage.maintenance.after_restore import look_ahead
from zalo_governor.storage.maintenance.dump import put_back, rows, shapes
from zalo_governor.storage.maintenance.erasure import erase
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.sealing import seal_stored
from zalo_governor.storage.schema import file_scans, jobs
from zalo_governor.storage.unit_of_work import UnitsOfWork

TERMS = Terms(*[timedelta(days=days) for days in (30, 60, 30, 10, 30, 90)])
DAY = timedelta(days=1)
NEW = "7000000000000000099"
SCANS = [JobKind.SCAN_ATTACHMENT]
RESULT = ScanResult(
    type="application/pdf",
    size=8,
    findings=(ScanFinding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified"),),
    not_checked=(NotChecked.NO_ANTIVIRUS,),
)


def task(event_id: int, sender_uid: str = MEMBER) -> ScanAttachment:
    return ScanAttachment(
        event_id=event_id,
        message_key="2",
        sender_uid=sender_uid,
        sent_at=START,
        source=Source.LIVE,
        addresses=("https://file.zdn.vn/1",),
        name="BC tuần.pdf",
    )


@pytest.fixture
def ids(database: Database, units: UnitsOfWork) -> dict[str, int]:
    """Message 1 of MEMBER whose file was scanned; 2 of MEMBER and 3 of OTHER whose scans wait, the first claimed."""
    admitted = Inbox(database, BOT).admit(
        [entry("1"), entry("2", at_ms=START_MS + 1), entry("3", at_ms=START_MS + 2, sender_uid=OTHER)]
    )
    with units.begin() as uow:
        for one in admitted:
            uow.verdicts.store(one, message(one), Verdict(), START)
    with units.begin() as uow:
        uow.file_scans.add(
            FileScan(
                event_id=admitted[0].id,
                group_id=GROUP,
                account=BOT,
                message_key="1",
                sent_at=START,
                scanned_at=START,
                result=RESULT,
                mac=b"m" * 16,
            )
        )
        for one in admitted[1:]:
            uow.jobs.enqueue(
                Job(account=BOT, group_id=GROUP, task=task(one.id, one.entry.sender_uid), ordered_at=START)
            )
        assert len(uow.jobs.claim(BOT, SCANS, START, limit=1)) == 1
    return {one.entry.key: one.id for one in admitted}


def macs(database: Database) -> list[bytes | None]:
    with database.read() as connection:
        return list(connection.scalars(select(file_scans.c.mac)))


def waiting(database: Database, account: str = BOT) -> list[tuple[int, str]]:
    """(event, sender) of the scans that are due, which are claimed."""
    with UnitsOfWork(database, account).begin() as uow:
        claimed = uow.jobs.claim(account, SCANS, START + DAY)
    assert all(isinstance(job.task, ScanAttachment) for job in claimed)
    return [(job.task.event_id, job.task.sender_uid) for job in claimed if isinstance(job.task, ScanAttachment)]


def tasks(database: Database) -> int:
    """How many scans still hold something of their message."""
    with database.read() as connection:
        return len(connection.scalars(select(jobs.c.id).where(jobs.c.task.is_not(None))).all())


def test_figures_stay_and_the_hash_of_the_file_goes_with_the_contents(
    database: Database, units: UnitsOfWork, clock: HandClock, ids: dict[str, int]
) -> None:
    sweep(database, TERMS, clock.forward(days=29), lambda: False)
    assert macs(database) == [b"m" * 16]
    with units.begin() as uow:
        before = uow.file_scans.figures(GROUP, START - DAY, START + DAY)
    sweep(database, TERMS, clock.forward(days=100), lambda: False)
    assert macs(database) == [None]
    with units.begin() as uow:
        assert uow.file_scans.figures(GROUP, START - DAY, START + DAY) == before
        [scan] = uow.file_scans.of_message(GROUP, "1")
        assert scan.result == RESULT
        assert uow.file_scans.find(b"m" * 16, START) is None


def test_a_file_that_two_accounts_heard_of_counts_once_for_each(database: Database, ids: dict[str, int]) -> None:
    [again] = Inbox(database, NEW).admit([entry("1", account=NEW)])
    with UnitsOfWork(database, NEW).begin() as uow:
        hint = Finding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.SUSPECT, label="borderline")
        uow.verdicts.store(again, message(again), Verdict(findings=(hint,)), START)
        uow.file_scans.add(
            FileScan(
                event_id=again.id,
                group_id=GROUP,
                account=NEW,
                message_key="1",
                sent_at=START,
                scanned_at=START,
                result=RESULT,
            )
        )
    for account, waits, hints in ((BOT, 2, 0), (NEW, 0, 1)):
        with UnitsOfWork(database, account).begin() as uow:
            figures = uow.file_scans.figures(GROUP, START - DAY, START + DAY)
            assert (figures.attachments, figures.found, figures.waiting) == (1, 1, waits)
            assert len(uow.statistics.hints(GROUP, "borderline", START - DAY, START + DAY)) == hints


def test_of_an_erased_person_no_file_is_recognised_and_none_is_scanned(
    database: Database, units: UnitsOfWork, clock: HandClock, ids: dict[str, int]
) -> None:
    with units.begin() as uow:
        member = uow.people.find_or_create(BOT, MEMBER)
        assert member
    with database.write() as connection:
        erase(connection, database.keys, member.id, "số 12/QĐ", clock())
    assert macs(database) == [None]
    assert waiting(database) == [(ids["3"], OTHER)]
    assert tasks(database) == 1


def test_after_a_restore_scans_go_on_at_once(database: Database, ids: dict[str, int]) -> None:
    with database.write() as connection:
        look_ahead(connection, START)
        assert connection.scalars(select(jobs.c.attempts)).all() == [0, 0]
        assert connection.scalars(select(jobs.c.leased_until_ms)).all() == [None, None]
    assert waiting(database) == [(ids["2"], MEMBER), (ids["3"], OTHER)]


def test_what_was_sealed_after_the_backup_is_not_scanned(database: Database, ids: dict[str, int]) -> None:
    seal = ("4.1-noi-dung-mat", "classified", "mat", 40, b"m" * 16, None)
    with database.write() as connection:
        # Message 3 only quoted the content: its own file is scanned.
        seal_stored(connection, database.keys, {ids["2"]: (*seal, False), ids["3"]: (*seal, True)})
        look_ahead(connection, START)
    assert waiting(database) == [(ids["3"], OTHER)]


def test_scans_are_in_the_backup_and_put_back(database: Database, clock: HandClock, ids: dict[str, int]) -> None:
    [shape] = [shape for shape in shapes() if shape.table == "file_scans"]
    with database.read() as connection:
        dumped = list(rows(connection, shape))
    with database.write() as connection:
        connection.execute(file_scans.delete())
        put_back(connection, shape, dumped)
    assert macs(database) == [b"m" * 16]
    with UnitsOfWork(database, BOT).begin() as uow:
        [scan] = uow.file_scans.of_message(GROUP, "1")
        assert scan.result == RESULT
        assert uow.file_scans.figures(GROUP, START - DAY, START + DAY).not_checked == {NotChecked.NO_ANTIVIRUS: 1}


def test_another_account_goes_on_with_the_scans(
    database: Database, units: UnitsOfWork, clock: HandClock, ids: dict[str, int]
) -> None:
    with units.begin() as uow:
        member = uow.people.find_or_create(BOT, MEMBER)
        assert member
    with database.write() as connection:
        succeed(connection, database.keys, old=BOT, new=NEW, known_again={"6001": member.id}, seen=[], at=clock())
    # Who is not recognised stays under the old uid: the file is scanned, and found is told.
    assert waiting(database, NEW) == [(ids["2"], "6001"), (ids["3"], OTHER)]
    assert waiting(database) == []
    with units.begin() as uow:
        assert [scan.account for scan in uow.file_scans.of_message(GROUP, "1")] == [BOT]
