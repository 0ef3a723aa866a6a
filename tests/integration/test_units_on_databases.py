from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.integration.seen import holding
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MEMBER,
    OTHER,
    START,
    START_MS,
    entry,
    message,
    new_case,
    new_directive,
    notice,
    sealed_entry,
)
from zalo_governor.domain.cases import CaseNote, CaseState, NoteKind
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.connection import BackfillEnd, QueueCursor
from zalo_governor.domain.directives import Assignee
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import (
    GroupCall,
    GroupInfoChanged,
    MembersJoined,
    MembersLeft,
    MessageRecalled,
    MessageRef,
    NamedUid,
    NameObserved,
    SealedHeard,
)
from zalo_governor.domain.findings import Finding, RuleFailure, SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind, Source
from zalo_governor.domain.people import EVERYWHERE, GroupSnapshot, Member, Person, Role, Standing
from zalo_governor.domain.reports import Activity, ClauseFigures
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.gaps import Gaps
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.repositories.queue_cursors import SqlQueueCursors
from zalo_governor.storage.schema import findings, persons, trials
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FOUND = Finding(
    rule_id="3.1-tieng-viet-co-dau",
    clause="3.1",
    severity=Severity.MINOR,
    label="no_diacritics",
    spans=((0, 3), (4, 7)),
    excerpt="trích",
    suggestion="gợi ý",
)
SEALED = SealedFinding(
    rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat"
)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, BOT)


def someone(uow: UnitOfWork, uid: str = MEMBER, account: str = BOT) -> Person:
    person = uow.people.find_or_create(account, uid)
    assert person is not None
    return person


def heard(inbox: Inbox, key: str = "1", **changes: Any) -> Admitted:
    (item,) = inbox.admit([entry(key, **changes)])
    return item


def seed(full_name: str = "Lò Văn Mẫu", *roles: Role, **marks: str) -> SeedPerson:
    ids = (marks.get("uid"), marks.get("global_id"), marks.get("phone"))
    return SeedPerson(full_name, "Chủ tịch", *ids, {EVERYWHERE: roles or (Role.ADMIN,)})


def test_since_when_a_silent_group_is_heard_is_noted_once_and_for_each_account(database: Database) -> None:
    gaps, group = Gaps(database, BOT), "8000000000000000001"
    assert gaps.listening_since(group) is None
    gaps.note_listening(group, START)
    assert gaps.listening_since(group) == to_ms(START)
    assert gaps.listening_since("8000000000000000002") is None
    assert Gaps(database, "7000000000000000777").listening_since(group) is None


def test_a_group_lags_behind_while_something_of_it_waits_to_be_judged(inbox: Inbox, units: UnitsOfWork) -> None:
    admitted = heard(inbox)
    with units.begin() as uow:
        assert uow.verdicts.lag_behind(admitted.entry.thread_id)
        assert not uow.verdicts.lag_behind("8000000000000000099")
        uow.verdicts.store(admitted, message(admitted), Verdict(), START)
    with units.begin() as uow:
        assert not uow.verdicts.lag_behind(admitted.entry.thread_id)


# people


def test_a_uid_is_one_person_for_an_account_and_nobody_is_nobody(units: UnitsOfWork) -> None:
    with units.begin() as uow:
        first = someone(uow)
        assert someone(uow, account="another") != first
        assert uow.people.find_or_create(BOT, "") is None
    with units.begin() as uow:
        assert someone(uow) == first
        assert uow.people.get(first.id) == first
        with pytest.raises(KeyError):
            uow.people.get(10**9)


def test_a_person_made_in_a_unit_that_failed_does_not_linger(units: UnitsOfWork) -> None:
    with suppress(ZeroDivisionError), units.begin() as uow:
        ghost = someone(uow)
        raise ZeroDivisionError
    with units.begin() as uow:
        assert uow.people.get(someone(uow).id).uid == MEMBER
        with suppress(KeyError):
            assert uow.people.get(ghost.id).uid == MEMBER


def test_roles_are_those_of_the_settings_at_every_start(units: UnitsOfWork) -> None:
    people = [seed("Lò Văn Mẫu", Role.ADMIN, uid=MEMBER), seed("Vàng Thị Mẫu", Role.LEADER, uid=OTHER)]
    for _ in range(2):
        units.seed_people(BOT, people)
    with units.begin() as uow:
        admin, leader = holding(uow, BOT, Role.ADMIN, Role.LEADER)
        assert (admin.full_name, admin.uid, admin.roles_in("")) == ("Lò Văn Mẫu", MEMBER, frozenset({Role.ADMIN}))
        assert holding(uow, BOT, Role.LEADER) == [leader]
        assert holding(uow, "another", Role.LEADER) == []
        assert someone(uow) == admin
    units.seed_people(BOT, people[1:])
    with units.begin() as uow:
        assert someone(uow).roles_in("") == frozenset()
        assert holding(uow, BOT, Role.ADMIN) == []
        assert someone(uow).id == admin.id


def test_who_wrote_before_being_known_by_global_id_keeps_cases_and_gains_the_role(
    units: UnitsOfWork, inbox: Inbox
) -> None:
    units.seed_people(BOT, [seed(global_id="g1", phone="0900")])
    item = heard(inbox)
    with units.begin() as uow:
        writer = someone(uow)
        uow.verdicts.store(item, message(item, sender_name="Mẫu ở Zalo"), Verdict(findings=(FOUND,)), START)
        case = uow.cases.add(new_case(writer.id, item.id))
        uow.case_notes.add(case, CaseNote(kind=NoteKind.REVIEW, person_id=writer.id, at=START, text="xin xem lại"))
        directive = uow.directives.add(new_directive(someone(uow, OTHER).id, message_key="9"))
        asked = Assignee(directive_id=directive.id, group_id=GROUP, item=0, name="Sở Mẫu", person_ids=(writer.id,))
        uow.directives.put_assignees([asked])
        assert holding(uow, BOT, Role.ADMIN) == []
    with units.begin() as uow:
        snapshot = GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=OTHER, member_uids=(MEMBER, OTHER))
        members = [
            Member(uid=MEMBER, display_name="Mẫu", global_id="g1"),
            Member(uid=OTHER, display_name="Khác", global_id="g2"),
        ]
        uow.members.link_global_ids(BOT, members)
        uow.members.save_group(BOT, snapshot, members, START)
    with units.begin() as uow:
        (admin,) = holding(uow, BOT, Role.ADMIN)
        assert (admin.uid, admin.global_id, admin.display_name) == (MEMBER, "g1", "Mẫu ở Zalo")
        assert someone(uow) == admin
        placed = uow.people.get(writer.id)
        assert (placed.id, placed.uid, placed.roles_in("")) == (admin.id, admin.uid, admin.roles_in(""))
        assert placed.standing is Standing.LISTED
        joined = uow.cases.find_open(GROUP, case.rule_id, admin.id, None, START)
        assert joined is not None
        assert joined.id == case.id
        assert [(note.person_id, note.text) for note in uow.case_notes.of(case)] == [(admin.id, "xin xem lại")]
        assert uow.directives.owes(GROUP, admin.id)
        assert someone(uow, OTHER).global_id == "g2"
    units.seed_people(BOT, [seed(global_id="g1", phone="0900")])
    with units.begin() as uow:
        assert holding(uow, BOT, Role.ADMIN) == [admin]


def test_the_settings_may_join_what_was_known_apart(units: UnitsOfWork) -> None:
    units.seed_people(BOT, [seed(phone="0900")])
    with units.begin() as uow:
        someone(uow)
    units.seed_people(BOT, [seed(phone="0900", uid=MEMBER)])
    with units.begin() as uow:
        assert someone(uow).phone == "0900"
        assert holding(uow, BOT, Role.ADMIN) == [someone(uow)]


@pytest.mark.parametrize("first", [{"uid": MEMBER}, {"global_id": "g1"}])
def test_the_telephone_of_the_office_makes_nobody_the_holder_of_anothers_roles(
    units: UnitsOfWork, first: dict[str, str]
) -> None:
    leader, staff = (
        seed("Giàng A Mẫu", Role.LEADER, phone="0213", **first),
        seed("Lò Văn Mẫu", Role.ADMIN_STAFF, phone="0213", uid=OTHER),
    )
    units.seed_people(BOT, [leader, staff])
    with units.begin() as uow:
        assert someone(uow, OTHER).full_name == "Lò Văn Mẫu"
        assert someone(uow, OTHER).roles_in("") == {Role.ADMIN_STAFF}
    units.seed_people(BOT, [staff])
    with units.begin() as uow:
        assert someone(uow).roles_in("") == frozenset()
        assert someone(uow, OTHER).roles_in("") == {Role.ADMIN_STAFF}


def test_a_uid_that_turns_out_to_be_somebody_elses_leaves_the_first_person_alone(units: UnitsOfWork) -> None:
    units.seed_people(BOT, [seed(global_id="g1", uid=MEMBER)])
    snapshot = GroupSnapshot(group_id=GROUP, name="", owner_uid=OTHER, member_uids=(MEMBER,))
    with units.begin() as uow:
        uow.members.link_global_ids(BOT, [Member(uid=MEMBER, display_name="", global_id="g9")])
        uow.members.save_group(BOT, snapshot, [Member(uid=MEMBER, display_name="", global_id="g9")], START)
    with units.begin() as uow:
        assert someone(uow).global_id == "g9"
        assert someone(uow).roles_in("") == frozenset()
        assert holding(uow, BOT, Role.ADMIN) == []


def test_names_are_known_once_judged_and_not_from_a_fetch(units: UnitsOfWork, inbox: Inbox) -> None:
    snapshot = GroupSnapshot(group_id=GROUP, name="Nhóm", owner_uid=OTHER, member_uids=(MEMBER,), total_members=1)
    item = heard(inbox, "n1", kind=ElementKind.NAME, source=Source.SWEEP)
    joined = heard(inbox, "j1", kind=ElementKind.GROUP_ACT)
    with units.begin() as uow:
        assert uow.members.group_snapshot(GROUP) is None
        uow.members.link_global_ids(BOT, [Member(uid=MEMBER, display_name="Từ nơi khác")])
        uow.members.save_group(BOT, snapshot, [Member(uid=MEMBER, display_name="Từ nơi khác")], START)
        assert uow.members.judged_names(BOT, GROUP) == {}
        shared: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "at": START}
        uow.verdicts.store(item, NameObserved(id=item.id, sender_uid=MEMBER, name="Mẫu", **shared), Verdict(), START)
        members = (NamedUid(uid=OTHER, name="Mới vào"), NamedUid(uid="5"))
        uow.verdicts.store(
            joined, MembersJoined(id=joined.id, sender_uid=MEMBER, members=members, **shared), Verdict(), START
        )
    with units.begin() as uow:
        assert uow.members.judged_names(BOT, GROUP) == {MEMBER: "Mẫu", OTHER: "Mới vào"}
        assert uow.members.group_snapshot(GROUP) == snapshot
        assert someone(uow).display_name == "Mẫu"
        assert someone(uow, OTHER).display_name == "Mới vào"


def test_an_older_list_of_members_changes_nothing_for_who_came_or_left_after_it_was_made(
    units: UnitsOfWork, inbox: Inbox
) -> None:
    def listed(*uids: str) -> GroupSnapshot:
        return GroupSnapshot(group_id=GROUP, name="", owner_uid="1", member_uids=uids, total_members=len(uids))

    came, left = (heard(inbox, key, kind=ElementKind.GROUP_ACT) for key in ("j1", "l1"))
    shared: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "at": START + timedelta(seconds=20)}
    with units.begin() as uow:
        uow.members.save_group(BOT, listed("1", MEMBER), [], START)
        joined = MembersJoined(id=came.id, sender_uid="1", members=(NamedUid(uid=OTHER),), **shared)
        uow.verdicts.store(came, joined, Verdict(), START)
        gone = MembersLeft(id=left.id, sender_uid=MEMBER, members=(NamedUid(uid=MEMBER),), **shared)
        uow.verdicts.store(left, gone, Verdict(), START)
    with units.begin() as uow:
        uow.members.save_group(BOT, listed("1", MEMBER), [], START + timedelta(seconds=10))
    with units.begin() as uow:
        assert uow.members.moved_since(BOT, GROUP, START) == {MEMBER, OTHER}
        assert uow.members.present_uids(BOT, GROUP) == {"1", OTHER}
        uow.members.save_group(BOT, listed("1", MEMBER), [], START + timedelta(minutes=1))
    with units.begin() as uow:
        assert uow.members.present_uids(BOT, GROUP) == {"1", MEMBER}


def test_a_sealed_name_is_not_kept(units: UnitsOfWork, inbox: Inbox) -> None:
    item = heard(inbox, "n1", kind=ElementKind.NAME)
    with units.begin() as uow:
        event = NameObserved(
            id=item.id, account=BOT, thread_id=GROUP, at=START, sender_uid=MEMBER, sender_name="Mật", name="Mật"
        )
        uow.verdicts.store(item, event, Verdict(findings=(SEALED,)), START)
    with units.begin() as uow:
        assert uow.members.judged_names(BOT, GROUP) == {}
        assert someone(uow).display_name == ""


# records


def test_nothing_is_judged_twice(units: UnitsOfWork, inbox: Inbox) -> None:
    item = heard(inbox)

    def judge() -> None:
        with units.begin() as uow:
            uow.verdicts.store(item, message(item), Verdict(findings=(FOUND,)), START)

    judge()
    with pytest.raises(Exception, match=r"(?i)unique"):
        judge()
    with units.begin() as uow:
        assert uow.statistics.coverage(GROUP, START, START + HOUR).judged == 1


def test_a_finding_about_a_member_who_came_in_is_that_members(
    units: UnitsOfWork, inbox: Inbox, database: Database
) -> None:
    item = heard(inbox)
    with units.begin() as uow:
        concerned = FOUND.model_copy(update={"subject_uid": OTHER, "reason": "no_title"})
        uow.verdicts.store(item, message(item), Verdict(findings=(concerned,)), START)
        other = someone(uow, OTHER)
    with database.read() as connection:
        row = connection.execute(select(findings)).one()
    assert (row.person_id, row.reason, row.spans) == (other.id, "no_title", [[0, 3], [4, 7]])


def test_whoever_sends_is_told_of_what_was_posted_once_it_is_durable(database: Database) -> None:
    told: list[int] = []
    outbox = Outbox(database, BOT)
    units = UnitsOfWork(database, BOT, on_posted=lambda: told.append(outbox.counts(START).waiting))
    with units.begin() as uow:
        uow.people.find_or_create(BOT, MEMBER)
    with units.begin() as uow:
        uow.outbox.add(notice(), withheld=True)
    with suppress(RuntimeError), units.begin() as uow:
        uow.outbox.add(notice())
        raise RuntimeError("rolled back")
    assert told == []
    with units.begin() as uow:
        uow.outbox.add(notice())
    assert told == [1]


def test_a_scheduled_run_is_claimed_once(units: UnitsOfWork) -> None:
    claims = []
    for due in (START, START, START + DAY):
        with units.begin() as uow:
            claims.append(uow.claims.claim_once("daily", due))
    assert claims == [True, False, True]


# cases


def test_a_case_comes_back_as_it_was_written(units: UnitsOfWork, inbox: Inbox) -> None:
    item = heard(inbox)
    with units.begin() as uow:
        admin = someone(uow, OTHER)
        case = uow.cases.add(
            new_case(someone(uow).id, item.id, severity=Severity.MAJOR, level="mat", late=True, count=3)
        )
        moved = case.moved(CaseState.FALSE_ALARM, at=START + HOUR, by=admin.id, reason="Báo nhầm: tên xã")
        uow.cases.save(moved)
        assert case.code == f"VP{case.id}"
    with units.begin() as uow:
        assert uow.cases.get(case.id) == moved
        assert uow.cases.get(case.id + 1) is None
        with pytest.raises(KeyError):
            uow.cases.save(moved.model_copy(update={"id": case.id + 1}))


def test_repeats_join_the_youngest_open_case_within_the_window(units: UnitsOfWork, inbox: Inbox) -> None:
    first, second = heard(inbox, "1"), heard(inbox, "2")
    with units.begin() as uow:
        person = someone(uow)
        uow.verdicts.store(first, message(first), Verdict(findings=(FOUND,)), START)
        older = uow.cases.add(new_case(person.id, first.id, opened_at=START - HOUR, last_event_at=START - HOUR))
        case = uow.cases.add(new_case(person.id, first.id))
        latest = FOUND.model_copy(update={"excerpt": "mới nhất", "suggestion": None})
        uow.verdicts.store(second, message(second), Verdict(findings=(latest,)), START)
        uow.cases.save(case.joined(at=START + HOUR), joined_event_id=second.id)
        assert uow.cases.excerpt(case) == "mới nhất"
    with units.begin() as uow:
        joined = uow.cases.find_open(GROUP, case.rule_id, person.id, "no_diacritics", START)
        assert joined is not None
        assert (joined.id, joined.count, joined.last_event_at) == (case.id, 2, START + HOUR)
        assert uow.cases.find_open(GROUP, case.rule_id, person.id, "other", START) is None
        assert uow.cases.find_open(GROUP, case.rule_id, person.id, None, START + 2 * HOUR) is None
        assert [found.id for found in uow.cases.of_message(GROUP, "2")] == [case.id]
        assert [found.id for found in uow.cases.of_message(GROUP, "1")] == [older.id, case.id]
        assert uow.cases.of_message("other", "1") == []
        assert uow.cases.excerpt(joined) == "mới nhất"
        assert uow.cases.suggestion(joined) is None
        assert uow.cases.suggestion(older) == "gợi ý"
        assert uow.cases.opened_between(GROUP, start=START, end=START + HOUR) == [joined]
        assert [found.id for found in uow.cases.opened_between(None, start=START - DAY, end=START + DAY)] == [
            older.id,
            case.id,
        ]
        uow.cases.save(joined.moved(CaseState.REMEDIED, at=START, by=None))
        assert uow.cases.find_open(GROUP, case.rule_id, person.id, None, START) is None
        assert uow.cases.opened_between(GROUP, start=START, end=START + HOUR, open_only=True) == []


def test_a_repost_of_sealed_content_finds_its_case_and_shows_nothing(units: UnitsOfWork, inbox: Inbox) -> None:
    (item,) = inbox.admit([sealed_entry("1", mac=b"x" * 16)])
    with units.begin() as uow:
        person = someone(uow)
        heard_sealed = SealedHeard(
            id=item.id, account=BOT, thread_id=GROUP, key="1", sender_uid=MEMBER, at=START, mac=b"x" * 16, size=40
        )
        uow.verdicts.store(item, heard_sealed, Verdict(findings=(SEALED,)), START)
        case = uow.cases.add(new_case(person.id, item.id, rule_id=SEALED.rule_id, clause="4.1", sealed=True))
    with units.begin() as uow:
        found = uow.cases.find_sealed(GROUP, person.id, b"x" * 16, START)
        assert found == case
        assert uow.cases.find_sealed(GROUP, person.id, b"y" * 16, START) is None
        assert uow.cases.find_sealed(GROUP, person.id, b"x" * 16, START + HOUR) is None
        assert uow.cases.excerpt(case) is None


def test_when_a_member_was_last_told_is_known_by_purpose_and_rule(units: UnitsOfWork, inbox: Inbox) -> None:
    item = heard(inbox)
    with units.begin() as uow:
        person = someone(uow)
        case = uow.cases.add(new_case(person.id, item.id))
        uow.outbox.add(notice(person_id=person.id, case_id=case.id))
        assert uow.outbox.last_added(person.id, "member_request", GROUP, START) == START
        assert uow.outbox.last_added(person.id, "member_request", GROUP, START, case.rule_id) == START
        assert uow.outbox.last_added(person.id, "member_request", GROUP, START, "3.2-ho-ten-chuc-vu") is None
        assert uow.outbox.last_added(person.id, "member_request", GROUP, START + HOUR) is None
        assert uow.outbox.last_added(person.id, "reply", GROUP, START) is None
        assert uow.outbox.people_asked("member_request", [GROUP], START, case.rule_id) == 1
        assert uow.outbox.people_asked("member_request", [GROUP], START + HOUR, case.rule_id) == 0
        assert uow.outbox.people_asked("member_request", [GROUP], START, "3.2-ho-ten-chuc-vu") == 0
        assert uow.outbox.people_asked("member_request", ["another"], START, case.rule_id) == 0


# figures


def test_figures_are_those_counted_by_hand(units: UnitsOfWork, inbox: Inbox, database: Database) -> None:
    later = to_ms(START + HOUR)
    said = [heard(inbox, f"m{number}", sender_uid=uid) for number, uid in enumerate([MEMBER, MEMBER, OTHER, BOT])]
    revised = heard(inbox, "m0", text="sửa")
    (sealed,) = inbox.admit([sealed_entry("s1", source=Source.BACKFILL)])
    acts = [heard(inbox, f"a{number}", kind=ElementKind.GROUP_ACT) for number in range(3)]
    recall = heard(inbox, "r1", kind=ElementKind.RECALL)
    call = heard(inbox, "call1")
    swept = heard(inbox, "n1", kind=ElementKind.NAME, source=Source.SWEEP)
    dead, _waiting, outside = heard(inbox, "d1"), heard(inbox, "w1"), heard(inbox, "o1", at_ms=later)
    shared: dict[str, Any] = {"account": BOT, "thread_id": GROUP, "sender_uid": MEMBER, "at": START}
    named = (NamedUid(uid=OTHER), NamedUid(uid="5"))
    failed = Verdict(failures=(RuleFailure(rule_id="3.1", error="ValueError at x.py:1"),))
    suspect = FOUND.model_copy(update={"severity": Severity.SUSPECT})
    shadow = suspect.model_copy(update={"shadow": True})
    with units.begin() as uow:
        for item in said:
            uow.verdicts.store(item, message(item), Verdict(findings=(suspect, shadow)), START)
        uow.verdicts.store(revised, message(revised, late=True), failed, START)
        uow.verdicts.store(
            sealed, SealedHeard(id=sealed.id, mac=b"m", size=1, **shared), Verdict(findings=(SEALED,)), START
        )
        uow.verdicts.store(acts[0], MembersJoined(members=named, **shared), Verdict(), START)
        uow.verdicts.store(acts[1], MembersLeft(members=named[:1], **shared), Verdict(), START)
        uow.verdicts.store(acts[2], GroupInfoChanged(name="Tên mới", **shared), Verdict(), START)
        uow.verdicts.store(recall, MessageRecalled(target=MessageRef(key="m0"), **shared), Verdict(), START)
        uow.verdicts.store(call, GroupCall(action="groupcall", **shared), Verdict(), START)
        uow.verdicts.store(swept, NameObserved(name="Mẫu", **shared), Verdict(), START)
        uow.verdicts.store(outside, message(outside), Verdict(), START)
        uow.verdicts.store_dead_letter(dead, "no such shape", START)
        activity = uow.statistics.activity(GROUP, START, START + HOUR)
        coverage = uow.statistics.coverage(GROUP, START, START + HOUR)
        assert uow.statistics.suspects(GROUP, START, START + HOUR) == 4
    assert activity == Activity(messages=4, senders=2, joined=2, left=1, recalled=1, changes=1, calls=1)
    assert coverage.model_dump(exclude={"gaps"}) == {
        "heard": 13,
        "judged": 11,
        "waiting": 1,
        "sealed": 1,
        "dead_letters": 1,
        "recovered": 1,
        "late": 1,
        "content_from": None,
        "rule_failures": 1,
        "unclear": 0,
        "unknown": 0,
        "encrypted": False,
    }
    with units.begin() as uow:
        assert uow.statistics.activity("other", START, START + HOUR).messages == 0
        assert uow.statistics.activity(GROUP, START + HOUR, START + DAY).messages == 1
        assert uow.statistics.activity(GROUP, START + DAY, START + 2 * DAY).senders == 0
    for key in ("heard alone", "heard by another account beside"):
        with UnitsOfWork(database, BOT).begin() as uow:
            assert uow.statistics.activity(GROUP, START, START + HOUR) == activity
            assert uow.statistics.coverage(GROUP, START, START + HOUR) == coverage
        of_another = heard(inbox, key, account=OTHER)
        with units.begin() as uow:
            uow.verdicts.store(of_another, message(of_another), Verdict(), START)


def test_what_others_write_meanwhile_makes_no_figure_absurd(
    units: UnitsOfWork, inbox: Inbox, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("nobody writes meanwhile")
    with units.begin() as uow:
        uow.statistics.activity(GROUP, START, START + HOUR)
        swept = [heard(inbox, str(number), kind=ElementKind.NAME, source=Source.SWEEP) for number in range(3)]
        with units.begin() as other:
            for item in swept:
                observed = NameObserved(account=BOT, thread_id=GROUP, sender_uid=MEMBER, at=START, name="Mẫu")
                other.verdicts.store(item, observed, Verdict(), START)
        assert uow.statistics.coverage(GROUP, START, START + HOUR).judged == 0


def test_what_a_transaction_puts_down_counts_in_it_at_once(units: UnitsOfWork, inbox: Inbox) -> None:
    first, second = heard(inbox, "m1"), heard(inbox, "m2", sender_uid=OTHER)
    with units.begin() as uow:
        for number, item in enumerate([first, second]):
            assert uow.statistics.activity(GROUP, START, START + HOUR).senders == number
            uow.verdicts.store(item, message(item), Verdict(), START)
        assert uow.statistics.activity(GROUP, START, START + HOUR).messages == 2


def test_cases_are_counted_by_clause_with_the_period_before_beside_them(units: UnitsOfWork, inbox: Inbox) -> None:
    item = heard(inbox)
    with units.begin() as uow:
        person = someone(uow)
        states = [
            CaseState.NEW,
            CaseState.REMINDED,
            CaseState.REMEDIED,
            CaseState.CONFIRMED,
            CaseState.FALSE_ALARM,
            CaseState.REPORTED,
        ]
        for state in states:
            uow.cases.add(new_case(person.id, item.id, state=state))
        uow.cases.add(new_case(person.id, item.id, clause="4.1", state=CaseState.REFERRED, sealed=True))
        uow.cases.add(new_case(person.id, item.id, clause="4.1", state=CaseState.REMEDIED, sealed=True))
        uow.cases.add(new_case(person.id, item.id, opened_at=START - HOUR))
        uow.cases.add(new_case(person.id, item.id, clause="3.2", opened_at=START - HOUR))
        uow.cases.add(new_case(person.id, item.id, opened_at=START - DAY))
        uow.cases.add(new_case(person.id, item.id, opened_at=START + HOUR))
        assert uow.statistics.clause_figures(GROUP, START, START + HOUR, START - HOUR) == [
            ClauseFigures(clause="3.1", cases=6, open=2, remedied=1, confirmed=1, false_alarms=1, reported=1, before=1),
            ClauseFigures(clause="3.2", cases=0, open=0, remedied=0, confirmed=0, false_alarms=0, reported=0, before=1),
            ClauseFigures(
                clause="4.1", cases=2, open=1, remedied=0, confirmed=0, referred=1, false_alarms=0, reported=0, before=0
            ),
        ]
        by_state = uow.distributions.case_states(GROUP, START, START + HOUR)
        assert [row.state for row in by_state if row.undecided] == [*states[:3]]
        assert [row.cases for row in by_state if row.state is CaseState.REMEDIED] == [1, 1]


def test_a_gap_that_was_given_up_is_whole_once_all_since_is_here(units: UnitsOfWork, database: Database) -> None:
    gaps = Gaps(database, BOT)
    for heard_id in (7, 17):
        for group_id in (GROUP, BOT):
            number = gaps.open_gap(group_id, START, "1006", heard_id)
            gaps.end_gap(number, START + HOUR)
            gaps.settle_gap(number, BackfillEnd.UNREACHABLE)
    assert [gap.heard_id for gap in gaps.given_up_gaps(GROUP, START)] == [7, 17]
    assert gaps.given_up_gaps(GROUP, START + 2 * HOUR) == []
    assert gaps.given_up_gaps(BOT, START) == []
    gaps.close_made_up(GROUP, 10)
    assert [gap.heard_id for gap in gaps.given_up_gaps(GROUP, START)] == [7]
    with units.begin() as uow:
        found = uow.statistics.gaps(GROUP, START, START + DAY)
    assert [(gap.heard_id, gap.closed) for gap in found] == [(7, False), (17, True)]
    assert found[0].outcome is BackfillEnd.UNREACHABLE


def test_cursors_of_queues_are_those_of_one_account_and_one_login(database: Database) -> None:
    mine = SqlQueueCursors(database, BOT, "login")
    assert mine.cursors() == {}
    mine.keep("511_1", QueueCursor("8300000000042", 7))
    mine.keep("510_1", QueueCursor("1", 0))
    mine.keep("511_1", QueueCursor("8300000000043", 1 << 60))
    kept = {"510_1": QueueCursor("1", 0), "511_1": QueueCursor("8300000000043", 1 << 60)}
    assert SqlQueueCursors(database, BOT, "login").cursors() == kept
    later = SqlQueueCursors(database, BOT, "a later login")
    assert (later.cursors(), SqlQueueCursors(database, "7000000000000000777", "login").cursors()) == ({}, {})
    later.keep("511_1", QueueCursor("5", 9))
    assert (later.cursors(), mine.cursors()) == ({"511_1": QueueCursor("5", 9)}, {"510_1": QueueCursor("1", 0)})


def test_gaps_are_shown_where_they_touch_the_period(units: UnitsOfWork, inbox: Inbox, database: Database) -> None:
    gaps = Gaps(database, BOT)
    assert gaps.last_heard(GROUP) is None
    heard(inbox)
    assert gaps.last_heard(GROUP) == START_MS
    closed = gaps.open_gap(GROUP, START, "socket closed", 0)
    gaps.end_gap(closed, START + HOUR)
    gaps.add_recovered(closed, 5)
    gaps.add_recovered(closed, 2)
    assert [gap.id for gap in gaps.pending_gaps(GROUP)] == [closed]
    gaps.settle_gap(closed, BackfillEnd.REACHED)
    running = gaps.open_gap(GROUP, START + 2 * HOUR, "\ud800 cause", 17)
    assert [(gap.id, gap.heard_id) for gap in gaps.pending_gaps(GROUP)] == [(running, 17)]
    assert gaps.pending_gaps("other") == []
    beside = Gaps(database, "7000000000000000777")
    assert (beside.pending_gaps(GROUP), beside.last_heard(GROUP)) == ([], None)
    with units.begin() as uow:
        both = uow.statistics.gaps(GROUP, START + HOUR / 2, START + DAY)
        assert [(gap.id, gap.recovered, gap.closed) for gap in both] == [(closed, 7, True), (running, 0, False)]
        assert [gap.id for gap in uow.statistics.gaps(GROUP, START + DAY, START + 2 * DAY)] == [running]
        assert uow.statistics.gaps(GROUP, START - DAY, START) == []
        assert uow.statistics.coverage(GROUP, START, START + DAY).gaps == tuple(both)


def test_an_account_with_other_people_is_refused_where_another_one_works_and_takes_no_role(
    database: Database, units: UnitsOfWork
) -> None:
    second, grants = UnitsOfWork(database, "7000000000000000099"), {EVERYWHERE: (Role.ADMIN,)}
    ours = [SeedPerson(name, "", None, global_id, None, grants) for name, global_id in (("Lò A", "g1"), ("Lò B", "g2"))]
    units.seed_people(BOT, ours)
    with units.begin() as uow:
        uow.trials.begin(BOT, GROUP, START)
    theirs = SeedPerson("Giàng C", "", None, "g3", None, grants)
    for people in ([theirs], []):
        with pytest.raises(ConfigError, match=f"people: tài khoản {BOT} cũng dùng cơ sở dữ liệu này"):
            second.seed_people("7000000000000000099", people)
    with database.read() as connection:
        held = select(persons.c.full_name).where(persons.c.roles.is_not(None)).order_by(persons.c.id)
        assert connection.scalars(held).all() == ["Lò A", "Lò B"]
        # Whoever is known by another name only is no other person.
        second.seed_people("7000000000000000099", [ours[0]._replace(full_name="Lò Ạ"), theirs])
        second.seed_people("7000000000000000099", [ours[0], theirs])
        assert connection.scalars(held).all() == ["Lò A", "Giàng C"]
    # All people of the only account may change.
    with database.write() as connection:
        connection.execute(update(trials).values(account="7000000000000000099"))
    second.seed_people("7000000000000000099", ours[1:])
