"""What services rely on, whatever storage they are given."""

from datetime import timedelta

import pytest

from tests.contract.conftest import Storage
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, new_case, notice
from zalo_governor.domain.attachments import FileScan, NotChecked, ScanFigures, ScanFinding, ScanResult
from zalo_governor.domain.audit import MOVED
from zalo_governor.domain.cases import Case, CaseNote, CaseState, NoteKind, Recorded
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import Approval, ChangeKind
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import (
    LEASE,
    AcceptFriend,
    AskAboutDirectives,
    CodeCheck,
    FetchPicture,
    Job,
    JobKind,
    JobOutcome,
    NoticeAbsence,
    RemindOfDirectives,
    RemoveMember,
    RemoveMessage,
    ReportDeadline,
    ScanAttachment,
    Task,
)
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.pictures import Looked
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.unit_of_work import UnitOfWork

RULE = "3.1-tieng-viet-co-dau"
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ADDRESS = "https://a.zadn.vn/1/moi.jpg"


def person(uow: UnitOfWork, uid: str = MEMBER) -> int:
    found = uow.people.find_or_create(BOT, uid)
    assert found is not None
    return found.id


def opened(storage: Storage, key: str = "1", **changes: object) -> Case:
    event = storage.hear(key)
    with storage.begin() as uow:
        return uow.cases.add(new_case(person(uow), event.id, message_key=key, **changes))


def job(task: Task, **changes: object) -> Job:
    return Job(account=BOT, group_id=GROUP, task=task, ordered_at=START).model_copy(update=changes)


def test_a_rule_is_on_trial_in_its_group_alone_until_that_is_ended(storage: Storage) -> None:
    with storage.begin() as uow:
        uow.trials.begin_rule(GROUP, RULE, START, 1)
        uow.trials.begin_rule(GROUP, RULE, START + DAY, 1)
    with storage.begin() as uow:
        assert uow.trials.rules(GROUP) == {RULE: START}
        assert uow.trials.rules("8000000000000000009") == {}
        uow.trials.end_rule(GROUP, RULE)
    with storage.begin() as uow:
        assert uow.trials.rules(GROUP) == {}


def test_a_person_is_made_once_and_nobody_is_nobody(storage: Storage) -> None:
    with storage.begin() as uow:
        assert uow.people.find_or_create(BOT, "") is None
        assert person(uow) == person(uow) != person(uow, OTHER)
        assert uow.people.get(person(uow)).uid == MEMBER
        with pytest.raises(KeyError):
            uow.people.get(999)


def test_an_open_case_is_found_by_person_rule_and_age(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        assert uow.cases.get(case.id) == case
        assert uow.cases.get(999) is None
        assert uow.cases.find_open(GROUP, RULE, case.person_id, None, START) == case
        assert uow.cases.find_open(GROUP, RULE, case.person_id, "no_diacritics", START) == case
        assert uow.cases.find_open(GROUP, RULE, case.person_id, "other", START) is None
        assert uow.cases.find_open(GROUP, RULE, case.person_id, None, START + MINUTE) is None
        assert uow.cases.find_open(GROUP, "4.2", case.person_id, None, START) is None
        assert uow.cases.find_open(GROUP, RULE, person(uow, OTHER), None, START) is None
        uow.cases.save(case.model_copy(update={"sealed": True}))
        assert uow.cases.find_open(GROUP, RULE, case.person_id, None, START) is None
        uow.cases.save(case.moved(CaseState.REMEDIED, at=START, by=None))
        assert uow.cases.find_open(GROUP, RULE, case.person_id, None, START) is None


def test_the_last_move_by_others_is_neither_the_members_own_nor_the_programs(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        assert uow.audit.last_move(case, by_others=True) is None
        for to, by in (("referred", person(uow, OTHER)), ("under_review", case.person_id), ("remedied", None)):
            uow.audit.append(MOVED, at=START, actor_id=by, group_id=GROUP, subject=case.code, detail={"to": to})
    with storage.begin() as uow:
        moves = [uow.audit.last_move(case), uow.audit.last_move(case, by_others=True)]
        assert [move.detail["to"] for move in moves if move] == ["remedied", "referred"]


def test_a_message_leads_to_the_cases_that_it_belongs_to(storage: Storage) -> None:
    case = opened(storage, "1")
    second = storage.hear("2")
    with storage.begin() as uow:
        uow.cases.save(case.joined(at=START), joined_event_id=second.id)
        assert [found.id for found in uow.cases.of_message(GROUP, "2")] == [case.id]
        assert uow.cases.of_message(GROUP, "3") == []
        assert [message.key for message in uow.case_messages.of(case)] == ["1", "2"]
        assert uow.case_messages.mark_gone(GROUP, "2", START, None, deleted=False)
        assert not uow.case_messages.mark_gone(GROUP, "2", START, None, deleted=False)
        assert [message.gone_at is not None for message in uow.case_messages.of(case)] == [False, True]


def test_cases_of_a_period_and_before(storage: Storage) -> None:
    case = opened(storage, "1")
    later = opened(storage, "2", opened_at=START + DAY)
    with storage.begin() as uow:
        assert uow.cases.opened_between(GROUP, start=START, end=START + DAY) == [case]
        assert uow.cases.opened_between(None, start=START, end=START + 2 * DAY) == [case, later]
        assert uow.cases.opened_between("another", start=START, end=START + 2 * DAY) == []
        assert uow.cases.opened_between(GROUP, rule_id=RULE) == [case, later]
        assert uow.cases.opened_between(GROUP, rule_id="another") == []
        assert uow.cases.count_opened(GROUP, START, START + DAY) == 1
        assert uow.cases.count_opened(GROUP, START, START + 2 * DAY) == 2
        uow.cases.save(case.moved(CaseState.FALSE_ALARM, at=START, by=None, reason="nhầm"))
        assert uow.cases.opened_between(GROUP, start=START, end=START + 2 * DAY, open_only=True) == [later]
        assert uow.cases.count_opened(GROUP, START, START + 2 * DAY) == 1, "as the message of the report counts"
        assert uow.cases.count_before(GROUP, case.person_id, RULE, START) == 1
        assert uow.cases.count_before(GROUP, case.person_id, RULE, START + 2 * DAY) == 0


def test_urgent_cases_of_a_period_are_found_by_severity_or_seal_whatever_their_state(storage: Storage) -> None:
    opened(storage, "1")
    grave = opened(storage, "2", severity=Severity.MAJOR)
    sealed = opened(storage, "3", sealed=True)
    early = opened(storage, "4", severity=Severity.CRITICAL, opened_at=START - DAY)
    with storage.begin() as uow:
        settled = grave.moved(CaseState.REMEDIED, at=START, by=None)
        uow.cases.save(settled)
        assert uow.cases.urgent_between(GROUP, START, START + DAY) == [settled, sealed]
        assert uow.cases.urgent_between(GROUP, START - DAY, START) == [early]
        assert uow.cases.urgent_between("another", START - DAY, START + DAY) == []


def test_possible_secrets_that_were_removed_are_found_until_somebody_decides(storage: Storage) -> None:
    sealed, look = opened(storage, "1", sealed=True), opened(storage, "2", label="look", severity=Severity.TRIAGE)
    other, still_there = opened(storage, "3"), opened(storage, "4", sealed=True)
    with storage.begin() as uow:
        gone = [case.moved(CaseState.REMEDIED, at=START, by=None) for case in (sealed, look, other)]
        for case in gone:
            uow.cases.save(case)
        assert uow.cases.gone_secrets(GROUP, START + DAY) == gone[:2]
        assert uow.cases.gone_secrets(GROUP, START) == uow.cases.gone_secrets("another", START + DAY) == []
        uow.cases.save(gone[1].moved(CaseState.REFERRED, at=START, by=still_there.person_id))
        assert uow.cases.gone_secrets(GROUP, START + DAY) == gone[:1]


def test_timers_of_cases(storage: Storage) -> None:
    first = opened(storage, "1", due_at=START + MINUTE)
    opened(storage, "2", desk_due_at=START + 2 * MINUTE)
    with storage.begin() as uow:
        assert uow.cases.next_due([GROUP]) == START + MINUTE
        assert uow.cases.due([GROUP], START) == []
        assert [case.id for case in uow.cases.due([GROUP], START + MINUTE)] == [first.id]
        assert uow.cases.groups_with_digest([GROUP], START + MINUTE) == []
        assert uow.cases.groups_with_digest([GROUP], START + 2 * MINUTE) == [GROUP]
        assert len(uow.cases.awaiting_digest(GROUP)) == 1


def test_notes_stay_in_the_order_in_which_they_were_said(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        said = [
            CaseNote(kind=NoteKind.EXPLANATION, person_id=case.person_id, at=START, text="Tôi đã thu hồi"),
            CaseNote(kind=NoteKind.NOTE, person_id=case.person_id, at=START + MINUTE, text="Đã trao đổi"),
        ]
        for note in said:
            uow.case_notes.add(case, note)
        assert uow.case_notes.of(case) == said
        assert uow.case_notes.manual(case) is None
        uow.case_notes.add_manual(case, Recorded(case.person_id, "có phản ánh", "cuộc họp"))
        assert uow.case_notes.manual(case) == Recorded(case.person_id, "có phản ánh", "cuộc họp")


def test_a_false_alarm_teaches_until_it_is_taken_back(storage: Storage) -> None:
    event = storage.hear("1")
    with storage.begin() as uow:
        content = uow.false_alarms.hash_of_text("noi dung")
        assert content != uow.false_alarms.hash_of_text("khác")
        case = uow.cases.add(new_case(person(uow), event.id), mark=content)
        assert uow.false_alarms.find(GROUP, RULE, content) is None
        uow.false_alarms.learn(case)
        assert uow.false_alarms.find(GROUP, RULE, content) == case.id
        assert uow.false_alarms.find(GROUP, "4.2", content) is None
        uow.false_alarms.forget(case)
        assert uow.false_alarms.find(GROUP, RULE, content) is None


def test_a_run_is_claimed_once(storage: Storage) -> None:
    with storage.begin() as uow:
        assert not uow.claims.is_claimed("report", START)
        assert uow.claims.claim_once("report", START)
        assert not uow.claims.claim_once("report", START)
        assert uow.claims.is_claimed("report", START)
        assert uow.claims.claim_once("report", START + DAY)


def test_what_was_posted_is_known_by_person_purpose_and_rule(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        purpose = notice().purpose
        uow.outbox.add(notice(person_id=case.person_id, case_id=case.id))
        asked = (case.person_id, purpose.value, GROUP, START - DAY)
        assert uow.outbox.last_added(*asked) == START
        assert uow.outbox.last_added(*asked, rule_id=RULE) == START
        assert uow.outbox.last_added(*asked, rule_id="4.2") is None
        assert uow.outbox.people_asked(purpose.value, [GROUP], START - DAY, RULE) == 1
        assert uow.outbox.people_asked(purpose.value, [GROUP], START + DAY, RULE) == 0


def test_a_code_counts_once_for_one_person_and_one_case(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        who, check = case.person_id, uow.case_messages.check_removal_code
        uow.case_messages.issue_removal_code(case, who, "123456", START + MINUTE)
        assert check(case, who, "000000", START) is CodeCheck.WRONG
        assert check(case, person(uow, OTHER), "123456", START) is CodeCheck.EXPIRED
        assert check(case, who, "123456", START) is CodeCheck.ACCEPTED
        assert check(case, who, "123456", START) is CodeCheck.EXPIRED


@pytest.mark.parametrize(
    "task",
    [
        AcceptFriend(uid=OTHER),
        RemoveMember(uid=OTHER),
        RemoveMessage(message_key="1", cli_key="c1", owner_uid=MEMBER, sent_at=START),
        FetchPicture(address=ADDRESS),
        RemindOfDirectives(at=START),
        ReportDeadline(directive_id=1, due_at=START),
        AskAboutDirectives(),
        NoticeAbsence(directive_id=1, rule_id="chua-tra-loi", at=START),
        ScanAttachment(
            event_id=7,
            message_key="1",
            sender_uid=MEMBER,
            sent_at=START,
            source=Source.LIVE,
            addresses=("https://f.zdn.vn/a.docx",),
            name="KH GIẢ ĐỊNH.docx",
            size=12,
            checksum="0" * 32,
        ),
    ],
    ids=lambda task: task.kind.value,
)
def test_a_job_waits_once_is_tried_and_settled_once(storage: Storage, task: Task) -> None:
    with storage.begin() as uow:
        assert uow.jobs.next_due(BOT, JobKind) is None
        assert uow.jobs.enqueue(job(task))
        assert not uow.jobs.enqueue(job(task))
        assert uow.jobs.is_waiting(BOT, task.kind, GROUP, task.target)
        assert not uow.jobs.is_waiting(BOT, task.kind, GROUP, "another")
    with storage.begin() as uow:
        assert uow.jobs.next_due(BOT, JobKind) == START
        assert uow.jobs.next_due(BOT, [JobKind.PIN_MESSAGE]) is None
        assert uow.jobs.claim(BOT, JobKind, START - MINUTE) == []
        [claimed] = uow.jobs.claim(BOT, JobKind, START)
        assert (claimed.task, claimed.attempts) == (task, 1)
        uow.jobs.retry(claimed, START + MINUTE)
        assert uow.jobs.claim(BOT, JobKind, START) == []
        assert uow.jobs.next_due(BOT, JobKind) == START + MINUTE
        [again] = uow.jobs.claim(BOT, JobKind, START + MINUTE)
        assert again.attempts == 2
        assert uow.jobs.settle(again, JobOutcome.DONE)
        assert not uow.jobs.settle(again, JobOutcome.REFUSED)
        uow.jobs.retry(again, START + MINUTE)  # by a worker that waited for an answer while it was settled otherwise
        assert uow.jobs.next_due(BOT, JobKind) is None
        assert uow.jobs.enqueue(job(task))


def test_of_many_jobs_a_worker_takes_as_many_as_it_wants(storage: Storage) -> None:
    with storage.begin() as uow:
        for uid in ("1", "2", "3"):
            uow.jobs.enqueue(job(RemoveMember(uid=uid)))
    with storage.begin() as uow:
        [newest] = uow.jobs.claim(BOT, JobKind, START, limit=1, newest_first=True)
        assert newest.task == RemoveMember(uid="3")
        uow.jobs.retry(newest, START)
        [first] = uow.jobs.claim(BOT, JobKind, START, limit=1)
        assert first.task == RemoveMember(uid="1")
        uow.jobs.settle(first, JobOutcome.DONE)
        assert [one.task.target for one in uow.jobs.claim(BOT, JobKind, START)] == ["2", "3"]


def test_a_renewed_lease_keeps_other_workers_from_the_job(storage: Storage) -> None:
    with storage.begin() as uow:
        uow.jobs.enqueue(job(RemoveMember(uid="1")))
        [mine] = uow.jobs.claim(BOT, JobKind, START)
        assert uow.jobs.renew(mine, START + LEASE / 2)
        assert uow.jobs.next_due(BOT, JobKind) == START + LEASE * 1.5
        assert uow.jobs.claim(BOT, JobKind, START + LEASE) == []
    with storage.begin() as uow:
        [theirs] = uow.jobs.claim(BOT, JobKind, START + 2 * LEASE)
        assert not uow.jobs.renew(mine, START + 2 * LEASE)
        assert uow.jobs.renew(theirs, START + 2 * LEASE)
        assert uow.jobs.settle(theirs, JobOutcome.DONE)
        assert not uow.jobs.renew(theirs, START + 2 * LEASE)


def scan(event_id: int, key: str = "1", **changes: object) -> FileScan:
    made = FileScan(
        event_id=event_id, group_id=GROUP, account=BOT, message_key=key, sent_at=START, scanned_at=START,
        result=ScanResult(type="application/pdf", size=9),
    )  # fmt: skip
    return made.model_copy(update=changes)


def test_a_scan_is_known_by_its_message_and_its_content(storage: Storage) -> None:
    event = storage.hear("1")
    with storage.begin() as uow:
        mac = uow.file_scans.mac(b"content")
        assert mac == uow.file_scans.mac(bytearray(b"content"))
        assert mac != uow.file_scans.mac(b"other")
        kept = scan(event.id, mac=mac)
        uow.file_scans.add(kept)
        uow.file_scans.add(scan(event.id, result=ScanResult(size=1)))
    with storage.begin() as uow:
        assert uow.file_scans.of_message(GROUP, "1") == [kept]
        assert uow.file_scans.of_message(GROUP, "2") == []
        assert uow.file_scans.find(mac, START) == kept
        assert uow.file_scans.find(mac, START + MINUTE) is None
        assert uow.file_scans.find(b"unknown", START) is None


def test_scans_of_a_period_are_counted_by_what_came_of_them(storage: Storage) -> None:
    events = [storage.hear(key) for key in "1234"]
    shown = ScanFinding(
        rule_id="4.1", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat", page=1
    )
    hidden = shown.model_copy(update={"severity": Severity.SUSPECT})
    gone = ScanResult(not_checked=(NotChecked.GONE,))
    with storage.begin() as uow:
        uow.file_scans.add(scan(events[0].id, "1", result=ScanResult(findings=(shown,))))
        uow.file_scans.add(
            scan(events[1].id, "2", result=ScanResult(findings=(hidden,), not_checked=(NotChecked.NO_ANTIVIRUS,)))
        )
        uow.file_scans.add(scan(events[2].id, "3", result=gone))
        uow.file_scans.add(scan(events[3].id, "4", result=gone, sent_at=START + DAY))
        task = ScanAttachment(event_id=9, message_key="9", sender_uid=MEMBER, sent_at=START, source=Source.LIVE)
        uow.jobs.enqueue(job(task))
    with storage.begin() as uow:
        counted = uow.file_scans.figures(GROUP, START, START + DAY)
        assert counted == ScanFigures(
            attachments=3,
            found=1,
            incomplete=2,
            not_checked={NotChecked.NO_ANTIVIRUS: 1, NotChecked.GONE: 1},
            waiting=1,
        )
        assert uow.file_scans.figures("another", START, START + DAY) == ScanFigures()


def test_a_job_for_later_is_due_at_its_time(storage: Storage) -> None:
    with storage.begin() as uow:
        assert uow.jobs.enqueue(job(RemindOfDirectives(at=START + DAY), due_at=START + DAY))
        assert uow.jobs.next_due(BOT, JobKind) == START + DAY
        assert uow.jobs.claim(BOT, JobKind, START + DAY - MINUTE) == []
        assert len(uow.jobs.claim(BOT, JobKind, START + DAY)) == 1


def test_a_job_that_a_case_waits_for_stands_under_the_case(storage: Storage) -> None:
    case = opened(storage)
    with storage.begin() as uow:
        uow.jobs.enqueue(job(FetchPicture(address=ADDRESS)))
        assert uow.jobs.waiting(case, JobKind.FETCH_PICTURE) == []
        assert not uow.jobs.enqueue(job(FetchPicture(address=ADDRESS), case_id=case.id, ordered_at=START + MINUTE))
        [found] = uow.jobs.waiting(case, JobKind.FETCH_PICTURE)
        assert found.case_id == case.id
        assert uow.jobs.waiting(case, JobKind.REMOVE_MESSAGE) == []


def test_an_outsider_is_here_until_gone(storage: Storage) -> None:
    case = opened(storage, rule_id="4.5")
    with storage.begin() as uow:
        came = Outsider(
            case_id=case.id, group_id=GROUP, account=BOT, uid=MEMBER, person_id=case.person_id, came_at=START
        )
        uow.outsiders.add(came)
        assert [newcomer for newcomer, _ in uow.outsiders.present(GROUP)] == [came]
        assert uow.outsiders.present(GROUP, person(uow, OTHER)) == []
        uow.outsiders.set_brought_by(case, person(uow, OTHER))
        uow.outsiders.mark_gone(case, START + DAY)
        assert uow.outsiders.present(GROUP) == []
        gone = uow.outsiders.of_case(case)
        assert gone is not None
        assert (gone.brought_by, gone.gone_at) == (person(uow, OTHER), START + DAY)


def test_who_is_approved(storage: Storage) -> None:
    with storage.begin() as uow:
        assert uow.roster.approved_uids(BOT, GROUP) is None
        listed = RosterEntry(full_name="Lò Văn Mẫu", title="Chánh Văn phòng", uid=MEMBER)
        uow.roster.put(BOT, GROUP, None, listed)
        assert uow.roster.approved_uids(BOT, GROUP) == frozenset({MEMBER})
        assert uow.roster.matched(BOT, GROUP) == [(listed, frozenset({MEMBER}))]


def test_telephone_numbers_that_were_looked_up(storage: Storage) -> None:
    with storage.begin() as uow:
        assert uow.roster.phone_looked_up_at(BOT, "+84900000001") is None
        uow.roster.note_phone_lookup(BOT, GROUP, "+84900000001", START, found=False)
        assert uow.roster.phone_looked_up_at(BOT, "+84900000001") == START
        assert uow.roster.phone_lookups_since(BOT, START) == 1
        assert uow.roster.phone_lookups_since(BOT, START + MINUTE) == 0


def test_an_approval_holds_until_its_end(storage: Storage) -> None:
    with storage.begin() as uow:
        given = uow.group_changes.add_approval(
            Approval(
                id=0,
                group_id=GROUP,
                given_by=person(uow),
                given_at=START,
                words="đổi tên Nhóm",
                kind=ChangeKind.NAME,
                item="",
                until=START + DAY,
                once=True,
            )
        )
        assert uow.group_changes.approvals(GROUP, START) == [given]
        assert uow.group_changes.approvals(GROUP, START + DAY) == []
        uow.group_changes.use_approval(given.id, 7)
        uow.group_changes.use_approval(given.id, 8)
        used = uow.group_changes.approval(given.id)
        assert used is not None
        assert used.used_by_event == 7


def test_pictures_are_known_by_their_name_at_zalo(storage: Storage) -> None:
    with storage.begin() as uow:
        assert uow.pictures.thumbnail(BOT, GROUP, ADDRESS) is None
        uow.pictures.save(BOT, GROUP, ADDRESS, Looked("0" * 16, b"jpeg"))
        uow.pictures.save(BOT, GROUP, ADDRESS, Looked("1" * 16, b"jpeg 2"))
        assert uow.pictures.thumbnail(BOT, GROUP, ADDRESS) == Looked("1" * 16, b"jpeg 2")
        assert uow.pictures.thumbnail(BOT, GROUP, "https://b.zadn.vn/9/moi.jpg") == Looked("1" * 16, b"jpeg 2")
        assert uow.pictures.thumbnail(BOT, GROUP, "https://a.zadn.vn/1/khac.jpg") is None


def test_what_members_tell_is_numbered_and_told_once(storage: Storage) -> None:
    with storage.begin() as uow:
        first, second = (
            uow.feedback.add(RemarkKind.INCIDENT, group_id=GROUP, person_id=person(uow), text=text, at=START)
            for text in ("Máy hỏng", "Mất mạng")
        )
        assert (first.number, second.number) == (1, 2)
        assert uow.feedback.between(GROUP, RemarkKind.INCIDENT, START, START + MINUTE) == [first, second]
        assert uow.feedback.between(GROUP, RemarkKind.SUGGESTION, START, START + MINUTE) == []
        uow.feedback.mark_told([first], START)
        assert uow.feedback.untold([GROUP], RemarkKind.INCIDENT) == [second]
