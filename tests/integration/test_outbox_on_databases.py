from datetime import time, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.integration.seen import holding
from tests.unit.features.desk import Desk
from tests.unit.sandbox.reports.papers import paper
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, HandClock, entry, notice
from zalo_governor.app.scheduler import last_due
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.documents import ReportFile, ReportFormat
from zalo_governor.domain.notices import NO_GROUP, Notice, Outgoing, OutgoingState, Purpose, Reception
from zalo_governor.domain.people import EVERYWHERE, Reach, Role
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.schema import outbox as rows
from zalo_governor.storage.unit_of_work import UnitsOfWork

MINUTE = timedelta(minutes=1)
TAKEN = Reception(msg_id="m1")


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, BOT)


def post(database: Database, *notices: Notice) -> None:
    with UnitsOfWork(database).begin() as uow:
        for one in notices:
            uow.outbox.add(one)


def state(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(select(rows.c.state)).scalar_one())


def claim_one(outbox: Outbox, now: timedelta = timedelta()) -> Outgoing:
    (outgoing,) = outbox.claim(now=START + now, limit=9)
    return outgoing


def test_the_store_fits_what_the_pipeline_and_the_office_ask_for(database: Database) -> None:
    units = UnitsOfWork(database)
    inbox: Inbox = Inbox(database)
    outbox = Outbox(database)
    with units.begin() as uow:
        assert holding(uow, BOT) == []
    assert inbox.waiting(after_id=0, limit=1) == []
    assert outbox.claim(now=START, limit=1) == []


def test_the_most_urgent_goes_first_and_comes_back_as_it_was_posted(database: Database, outbox: Outbox) -> None:
    posted = [
        notice("báo cáo", purpose=Purpose.REPORT),
        notice("nhắc 1", person_id=1),
        notice("nhắc 2"),
        notice("gấp", purpose=Purpose.ADMIN_ALERT, is_group=True, thread_id=GROUP),
    ]
    post(database, *posted)
    first = outbox.claim(now=START, limit=3)
    assert [outgoing.notice.text for outgoing in first] == ["gấp", "nhắc 1", "nhắc 2"]
    assert first[1].notice == posted[1]
    assert [outgoing.client_id for outgoing in first] == [to_ms(START) + number for number in range(3)]
    assert {(outgoing.attempts, outgoing.repeated) for outgoing in first} == {(1, False)}
    (last,) = outbox.claim(now=START, limit=3)
    assert last.client_id > first[-1].client_id
    assert outbox.claim(now=START, limit=3) == []


def test_a_message_is_not_given_out_before_its_time(database: Database, outbox: Outbox) -> None:
    assert outbox.next_due(START) is None
    post(database, notice(not_before=START + MINUTE))
    assert outbox.claim(now=START, limit=9) == []
    assert outbox.next_due(START) == START + MINUTE
    assert outbox.next_due(START + 2 * MINUTE) == START + 2 * MINUTE
    claim_one(outbox, MINUTE)
    assert outbox.next_due(START + MINUTE) is None


def test_of_equally_urgent_messages_the_one_tried_least_often_goes_first(database: Database, outbox: Outbox) -> None:
    post(database, notice("bị từ chối"), notice("chưa gửi"))
    outbox.deferred(outbox.claim(now=START, limit=1)[0], START, 221)
    assert [outgoing.notice.text for outgoing in outbox.claim(now=START, limit=9)] == ["chưa gửi", "bị từ chối"]


def test_an_account_sends_only_its_own_messages(database: Database, outbox: Outbox) -> None:
    post(database, notice("khác", account=OTHER), notice("mình"))
    assert [outgoing.notice.text for outgoing in outbox.claim(now=START, limit=9)] == ["mình"]
    assert Outbox(database, OTHER).reclaim(START) == 0
    assert Outbox(database, OTHER).next_due(START) == START


def test_what_was_deferred_is_sent_later_as_if_for_the_first_time(database: Database, outbox: Outbox) -> None:
    post(database, notice())
    outbox.deferred(claim_one(outbox), START + MINUTE, None)
    assert outbox.claim(now=START, limit=9) == []
    again = claim_one(outbox, MINUTE)
    assert (again.attempts, again.repeated) == (2, False)
    outbox.sent(again, TAKEN, START)
    assert state(database) == OutgoingState.SENT


def cut(outbox: Outbox, outgoing: Outgoing, end: int) -> Outgoing:
    part = outgoing.model_copy(update={"end": end})
    outbox.cut(part)
    return part


def test_a_long_text_waits_after_each_part_until_the_last_has_been_sent(database: Database, outbox: Outbox) -> None:
    post(database, notice("một hai ba", person_id=1), notice("sau"))
    texts, client_ids = [], set()
    for end in (4, 8):
        part = cut(outbox, outbox.claim(now=START, limit=1)[0], end)
        outbox.sent(part, TAKEN, START)
        texts.append((part.part, part.text, part.attempts, part.repeated))
        client_ids.add(part.client_id)
        outbox.confirm([(part.client_id, "m1")], START)  # the echo comes after the answer
    last = outbox.claim(now=START, limit=1)[0]
    outbox.sent(last, TAKEN, START)
    assert [*texts, (last.part, last.text)] == [(1, "một", 1, False), (2, "hai", 1, False), (3, "ba")]
    assert len({*client_ids, last.client_id}) == 3
    assert [outgoing.notice.text for outgoing in outbox.claim(now=START, limit=9)] == ["sau"]
    assert outbox.sent_private_since(BOT, START - MINUTE) == 3


def test_after_a_crash_between_parts_none_is_lost_and_none_is_sent_twice(database: Database, outbox: Outbox) -> None:
    post(database, notice("một hai ba"))
    first = cut(outbox, claim_one(outbox), 4)
    outbox.reclaim(START)
    again = claim_one(outbox)
    assert (again.text, again.repeated, again.client_id) == ("một", True, first.client_id)
    outbox.confirm([(first.client_id, "m1")], START)
    second = claim_one(outbox)
    assert (second.text, second.repeated) == ("hai ba", False)
    outbox.sent(second, TAKEN, START)
    assert state(database) == OutgoingState.SENT


def test_if_a_part_is_refused_the_later_ones_are_not_sent(database: Database, outbox: Outbox) -> None:
    post(database, notice("một hai ba"))
    outbox.refused(cut(outbox, claim_one(outbox), 4), 114, START, addressee_refuses=False)
    assert outbox.claim(now=START, limit=9) == []
    assert outbox.counts(START).failed == 1


def test_a_part_that_was_deferred_keeps_its_place_and_the_code(database: Database, outbox: Outbox) -> None:
    post(database, notice("một hai ba"))
    outbox.deferred(cut(outbox, claim_one(outbox), 4), START, 123)
    again = claim_one(outbox)
    assert (again.text, again.end, again.last_code) == ("một", 4, 123)


def test_an_uncertain_message_is_repeated_and_says_so_until_its_time_has_ended(
    database: Database, outbox: Outbox
) -> None:
    post(database, notice())
    first = claim_one(outbox)
    outbox.uncertain(first, START + MINUTE, 500)
    assert outbox.claim(now=START, limit=9) == []
    for minutes in (1, 2, 3):
        again = claim_one(outbox, minutes * MINUTE)
        assert (again.repeated, again.client_id) == (True, first.client_id)
        outbox.uncertain(again, START + (minutes + 1) * MINUTE, 500)
    assert outbox.claim(now=START + timedelta(hours=12), limit=9) == []
    assert outbox.next_due(START) is None
    assert state(database) == OutgoingState.UNCONFIRMED


@pytest.mark.parametrize(
    ("purpose", "urgent", "lasts"),
    [
        (Purpose.ADMIN_ALERT, True, timedelta(hours=24)),
        (Purpose.ADMIN_ALERT, False, timedelta(hours=24)),
        (Purpose.MEMBER_REQUEST, False, timedelta(hours=12)),
        (Purpose.REPLY, False, timedelta(minutes=30)),
    ],
)
def test_what_was_tried_in_vain_is_given_up_when_its_time_has_ended_and_counted(
    database: Database, outbox: Outbox, purpose: Purpose, *, urgent: bool, lasts: timedelta
) -> None:
    post(database, notice(purpose=purpose, urgent=urgent))
    outbox.deferred(claim_one(outbox), START + MINUTE, 221)
    outbox.deferred(claim_one(outbox, lasts - MINUTE), START + lasts, 221)
    assert outbox.counts(START + lasts).oldest_waiting_at == START
    assert outbox.claim(now=START + lasts, limit=9) == []
    assert state(database) == OutgoingState.EXPIRED
    counts = outbox.counts(START + lasts)
    assert (counts.waiting, counts.failed, counts.urgent_failed, counts.codes) == (0, 1, int(urgent), ((221, 1),))
    assert outbox.counts(START + lasts + timedelta(days=8)).failed == 0


def test_everything_is_tried_once_however_late(database: Database, outbox: Outbox) -> None:
    post(database, notice(purpose=Purpose.REPLY))
    assert claim_one(outbox, timedelta(days=3)).attempts == 1


def test_what_was_not_tried_at_all_does_not_count_as_a_try(database: Database, outbox: Outbox) -> None:
    post(database, notice())
    outbox.postponed(claim_one(outbox), START + timedelta(days=1))
    assert claim_one(outbox, timedelta(days=1)).attempts == 1


def test_when_zalo_answers_again_nothing_waits_for_its_pause(database: Database, outbox: Outbox) -> None:
    post(database, notice(), notice("mai", not_before=START + timedelta(days=1)))
    outbox.deferred(claim_one(outbox), START + timedelta(hours=1), None)
    outbox.hasten()
    assert claim_one(outbox, MINUTE).attempts == 2


def test_an_echo_settles_an_uncertain_message_without_a_repeat(database: Database, outbox: Outbox) -> None:
    post(database, notice())
    first = claim_one(outbox)
    outbox.uncertain(first, START + MINUTE, None)
    outbox.confirm([(first.client_id, "m7"), (42, "of the account's owner")], START)
    outbox.confirm([], START)
    assert outbox.claim(now=START + 9 * MINUTE, limit=9) == []
    assert state(database) == OutgoingState.SENT


@pytest.mark.parametrize("outcome", ["deferred", "uncertain", "refused", "sent"])
def test_an_echo_that_overtakes_the_answer_stands(database: Database, outbox: Outbox, outcome: str) -> None:
    post(database, notice())
    first = claim_one(outbox)
    outbox.confirm([(first.client_id, "m7")], START)
    match outcome:
        case "deferred":
            outbox.deferred(first, START, None)
        case "uncertain":
            outbox.uncertain(first, START, None)
        case "refused":
            outbox.refused(first, 114, START, addressee_refuses=True)
        case _:
            outbox.sent(first, Reception(msg_id=""), START)
    assert state(database) == OutgoingState.SENT
    assert outbox.claim(now=START + MINUTE, limit=9) == []


def test_after_a_kill_what_was_being_sent_waits_for_its_echo_and_is_repeated(
    database: Database, outbox: Outbox
) -> None:
    post(database, notice("một"), notice("hai"))
    claimed = outbox.claim(now=START, limit=9)
    successor = Outbox(database, BOT)
    assert successor.reclaim(START + MINUTE) == 2
    successor.confirm([(claimed[0].client_id, "m1")], START)
    again = claim_one(successor, MINUTE)
    assert (again.notice.text, again.repeated) == ("hai", True)
    assert successor.reclaim(START + MINUTE) == 1
    assert claim_one(successor, 9 * MINUTE).repeated


@pytest.mark.parametrize(("code", "reach"), [(122, Reach.REFUSED), (123, Reach.REFUSED), (114, Reach.UNKNOWN)])
def test_who_takes_no_messages_is_known_and_the_refusal_is_counted(
    database: Database, outbox: Outbox, code: int, reach: Reach
) -> None:
    units = UnitsOfWork(database)
    with units.begin() as uow:
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person is not None
        uow.outbox.add(notice(person_id=person.id))
    outbox.refused(claim_one(outbox), code, START, addressee_refuses=reach is Reach.REFUSED)
    with units.begin() as uow:
        assert uow.people.get(person.id).reach is reach
        known = uow.people.find_or_create(BOT, MEMBER)
        assert known is not None
        assert known.reach is reach
        assert uow.statistics.undelivered_notices(GROUP, START, START + MINUTE) == 1
        assert uow.statistics.undelivered_notices(GROUP, START + MINUTE, START + 2 * MINUTE) == 0
    assert outbox.claim(now=START + MINUTE, limit=9) == []


def test_a_refused_answer_about_no_group_counts_in_the_report_of_each_group(database: Database, outbox: Outbox) -> None:
    post(database, notice(group_id=NO_GROUP))
    outbox.refused(claim_one(outbox), 114, START, addressee_refuses=False)
    with UnitsOfWork(database).begin() as uow:
        assert uow.statistics.undelivered_notices(GROUP, START, START + MINUTE) == 1
        assert uow.statistics.undelivered_notices("another group", START, START + MINUTE) == 1


def test_a_person_is_reached_when_zalo_or_the_echo_names_the_message(database: Database, outbox: Outbox) -> None:
    units = UnitsOfWork(database)
    with units.begin() as uow:
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person is not None
        uow.outbox.add(notice(person_id=person.id))
    outgoing = claim_one(outbox)
    outbox.sent(outgoing, Reception(msg_id=""), START)
    with units.begin() as uow:
        assert uow.people.get(person.id).reach is Reach.UNKNOWN
    outbox.confirm([(outgoing.client_id, "m1")], START)
    with units.begin() as uow:
        known = uow.people.find_or_create(BOT, MEMBER)
        assert known is not None
        assert known.reach is Reach.REACHED


def test_the_days_budget_counts_private_messages_that_went_out(database: Database, outbox: Outbox) -> None:
    post(database, *(notice(str(number)) for number in range(5)), notice("nhóm", is_group=True, thread_id=GROUP))
    sent, refused, deferred, uncertain, _claimed, group = outbox.claim(now=START, limit=9)
    outbox.sent(sent, TAKEN, START)
    outbox.refused(refused, 122, START, addressee_refuses=True)
    outbox.deferred(deferred, START, None)
    outbox.uncertain(uncertain, START, None)
    outbox.sent(group, TAKEN, START)
    assert outbox.sent_private_since(BOT, START - MINUTE) == 2
    assert outbox.sent_private_since(BOT, START + MINUTE) == 0
    assert outbox.sent_private_since(OTHER, START - MINUTE) == 0


def test_workers_that_claim_at_once_never_take_the_same_message(database: Database) -> None:
    post(database, *(notice(str(number)) for number in range(40)))
    start, taken = Barrier(4), list[Outgoing]()

    def work() -> None:
        start.wait()
        while claimed := Outbox(database).claim(now=START, limit=3):
            taken.extend(claimed)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(int(outgoing.notice.text) for outgoing in taken) == list(range(40))
    assert len({outgoing.client_id for outgoing in taken}) == 40


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["sent", "refused", "deferred", "uncertain", "echo", "kill"]), max_size=8))
def test_a_message_is_never_lost_and_goes_out_again_only_after_doubt(
    database: Database, outbox: Outbox, clock: HandClock, outcomes: list[str]
) -> None:
    with database.write() as connection:
        connection.execute(delete(rows))
    post(database, notice())
    now, doubts, settled = START, 0, False
    for outcome in outcomes:
        now += MINUTE
        claimed = outbox.claim(now=now, limit=9)
        if settled:
            assert claimed == []
            break
        (outgoing,) = claimed
        assert outgoing.repeated == (doubts > 0)
        match outcome:
            case "sent":
                outbox.sent(outgoing, TAKEN, now)
            case "refused":
                outbox.refused(outgoing, 114, now, addressee_refuses=True)
            case "deferred":
                outbox.deferred(outgoing, now, None)
            case "uncertain":
                outbox.uncertain(outgoing, now, None)
            case "echo":
                outbox.uncertain(outgoing, now, None)
                outbox.confirm([(outgoing.client_id, "m1")], now)
            case _:
                assert outbox.reclaim(now) == 1
        doubts += outcome in {"uncertain", "kill"}
        settled = outcome in {"sent", "refused", "echo"}
    due = outbox.next_due(now)
    assert (due is None) == settled


def test_after_the_clock_was_set_back_a_message_waits_no_longer_than_it_would_have(
    database: Database, outbox: Outbox
) -> None:
    post(database, notice("báo cáo"))
    outgoing = claim_one(outbox, 60 * MINUTE)
    outbox.deferred(outgoing, START + 61 * MINUTE, None)
    assert outbox.next_due(START + 60 * MINUTE) == START + 61 * MINUTE
    assert outbox.claim(now=START + 60 * MINUTE, limit=9) == []
    assert outbox.next_due(START) == START
    assert claim_one(outbox).id == outgoing.id


def test_a_file_comes_back_as_it_was_posted_and_lies_encrypted(database: Database, outbox: Outbox) -> None:
    made = paper()
    file = ReportFile(name="bao-cao.docx", face=ReportFormat.DOCX, caption="Báo cáo", paper=made)
    post(database, notice("chưa lập được tệp", file=file), notice("một câu"))
    assert [outgoing.notice.file for outgoing in outbox.claim(now=START, limit=9)] == [None]
    assert outbox.next_due(START) is None
    assert outbox.next_due(START, files=True) == START
    assert [outgoing.notice.file for outgoing in outbox.claim(now=START, limit=9, files=True)] == [file]
    with database.read() as connection:
        bodies = connection.scalars(select(rows.c.file).where(rows.c.file.is_not(None))).all()
    assert len(bodies) == 1
    assert made.title.encode() not in bodies[0]
    for files, expected in ((True, file), (False, None)):
        assert outbox.reclaim(START + MINUTE, files=files) == 1
        (again,) = outbox.claim(now=START + MINUTE, limit=9, files=files)
        assert (again.repeated, again.notice.file) == (True, expected)


def test_a_report_missed_while_the_program_was_down_is_made_up_and_a_clock_set_back_repeats_none(
    database: Database,
) -> None:
    desk = Desk(groups={GROUP: "Nhóm"})
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Mẫu", "Chủ tịch", MEMBER, None, None, {EVERYWHERE: (Role.LEADER,)})])
    Inbox(database, BOT).admit([entry()])
    sent = []
    # Down over the second and third day, then the clock is set back by two days, then time goes on.
    for days in (1, 4, 2, 3, 4, 5):
        due = last_due(time(8, 0), None, START + timedelta(days=days))
        sent.append(desk.office.duties.report("daily_report", units.begin, due))
    assert sent == [1, 1, 1, 1, 0, 1]


def test_of_two_processes_with_one_schedule_one_sends_each_report(database: Database) -> None:
    due = START + timedelta(days=30)
    desk = Desk(groups={GROUP: "Nhóm"})
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Mẫu", "Chủ tịch", MEMBER, None, None, {EVERYWHERE: (Role.LEADER,)})])
    Inbox(database, BOT).admit([entry()])
    start, sent = Barrier(2), list[int]()

    def process() -> None:
        start.wait(60)
        sent.append(desk.office.duties.report("monthly_report", UnitsOfWork(database, BOT).begin, due))

    threads = [Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(sent) == [0, 1]
    with database.read() as connection:
        assert len(connection.execute(select(rows.c.id)).all()) == 3
