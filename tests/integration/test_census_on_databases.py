"""What monitoring is told of the store, on each database."""

from datetime import timedelta

from tests.integration.seen import person
from tests.unit.storage.stored import BOT, GROUP, START, HandClock, entry, message, new_case, notice
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome, ScanAttachment
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.queue_counts import QueueCounts
from zalo_governor.storage.repositories.gaps import Gaps
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.unit_of_work import UnitsOfWork


def scan_job(event_id: int) -> Job:
    task = ScanAttachment(
        event_id=event_id,
        message_key="1",
        sender_uid="2",
        sent_at=START,
        source=Source.LIVE,
        message_type="share.file",
    )
    return Job(account=BOT, group_id=GROUP, task=task, ordered_at=START)


OTHER_BOT = "7000000000000000777"


def test_what_stands_is_counted_for_the_account_that_asks(
    database: Database, units: UnitsOfWork, heard_in: Inbox, clock: HandClock
) -> None:
    census = QueueCounts(database, BOT)
    empty = census.take(START)
    assert (empty.waiting, empty.oldest_waiting_at, empty.outgoing, empty.open_cases) == (0, None, {}, {})

    admitted = heard_in.admit([entry(str(number), f"Tin {number}") for number in range(4)])
    Inbox(database, OTHER_BOT).admit([entry("1", account=OTHER_BOT)])
    gaps = Gaps(database, BOT)
    numbers = [gaps.open_gap(GROUP, START, "silence", 0) for _ in range(4)]
    for number in numbers[:3]:
        gaps.end_gap(number, START + timedelta(minutes=1))
    gaps.settle_gap(numbers[0], BackfillEnd.REACHED)
    with units.begin() as uow:
        uow.verdicts.store(admitted[0], message(admitted[0]), Verdict(), START)
        uow.verdicts.store_dead_letter(admitted[1], "no known shape", START)
        member = person(uow)
        for state in (CaseState.NEW, CaseState.NEW, CaseState.UNDER_REVIEW, CaseState.CONFIRMED):
            uow.cases.add(new_case(member, admitted[0].id, state=state))
        uow.outbox.add(notice(person_id=member))
        uow.outbox.add(notice(person_id=member))
        for number in range(3):
            uow.jobs.enqueue(scan_job(number))
        [done, *_] = uow.jobs.claim(BOT, [JobKind.SCAN_ATTACHMENT], START, limit=1)
        uow.jobs.settle(done, JobOutcome.DONE)
    clock.forward(minutes=3)

    found = census.take(START)
    assert found.waiting == 2
    assert found.oldest_waiting_at == START
    assert found.dead_letters == 1
    assert found.outgoing == {"waiting": 2}
    assert found.open_cases == {"new": 2, "under_review": 1}
    assert (found.open_gaps, found.pending_gaps) == (1, 2)
    assert found.scans == census.scans() == (2, START)
    assert database.commits.number >= 10
    assert database.commits.seconds > 0
