"""What is kept of changes of groups, approvals, pictures and cases that people wrote down."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, new_case
from zalo_governor.domain.cases import Case, CaseNote, CaseState, NoteKind, Recorded
from zalo_governor.domain.events import NameObserved
from zalo_governor.domain.group_changes import INFO_RULE, Approval, Change, ChangeKind, GroupChange
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.people import GroupSnapshot, Person
from zalo_governor.domain.pictures import Looked
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.maintenance.quote_removal import remove_quotations
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.schema import approvals, group_changes, group_pictures, manual_cases
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

RENAMED = Change(kind=ChangeKind.NAME, item="nhommoi", before="Nhóm cũ", after="Nhóm mới")
CHANGED = GroupChange(group_id=GROUP, event_id=5, at=START, actor_id=None, change=RENAMED)
TERMS = Terms(*[timedelta(days=60)] * 6)
EVER_AFTER = (START, START + timedelta(days=999))
ADDRESS = "https://a.zadn.vn/1/moi.jpg"


def member(uow: UnitOfWork) -> Person:
    person = uow.people.find_or_create(BOT, MEMBER)
    assert person
    return person


def opened(uow: UnitOfWork, event_id: int = 5) -> Case:
    return uow.cases.add(new_case(member(uow).id, event_id, rule_id=INFO_RULE, clause="6.1"))


def changed(uow: UnitOfWork, case: Case | None, at_minutes: int = 0) -> None:
    also = {"at": START + timedelta(minutes=at_minutes), "actor_id": member(uow).id, "case_id": case and case.id}
    uow.group_changes.add(BOT, CHANGED.model_copy(update=also))


def approval(uow: UnitOfWork) -> Approval:
    return Approval(
        group_id=GROUP,
        given_by=member(uow).id,
        given_at=START,
        words="đổi tên nhóm thành Nhóm mới",
        kind=ChangeKind.NAME,
        item="nhommoi",
        until=START + timedelta(hours=1),
        once=True,
    )


def note(uow: UnitOfWork, at: datetime, text: str) -> CaseNote:
    return CaseNote(kind=NoteKind.NOTE, person_id=member(uow).id, at=at, text=text)


def test_changes_are_kept_with_their_case_and_found_by_time_and_are_not_readable(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        case = opened(uow)
        changed(uow, case)
        changed(uow, None, at_minutes=10)
    with units.begin() as uow:
        [kept] = uow.group_changes.of_case(case)
        assert (kept.change, kept.actor_id, kept.approval_id) == (RENAMED, member(uow).id, None)
        assert [one.case_id for one in uow.group_changes.between(GROUP, START, START + timedelta(minutes=10))] == [
            case.id
        ]
        assert uow.group_changes.between("9", START, START + timedelta(days=1)) == []
    with database.write() as connection:
        assert not [body for body in connection.scalars(select(group_changes.c.body)) if "Nhóm".encode() in body]
        connection.execute(update(group_changes).values(event_id=6))
    with units.begin() as uow, pytest.raises(WrongKeyError):
        uow.group_changes.of_case(case)


def test_texts_of_changes_and_approvals_go_when_their_time_is_over_and_never_while_a_case_is_in_hand(
    database: Database,
) -> None:
    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        case = opened(uow)
        changed(uow, case)
        changed(uow, None, at_minutes=10)
        given = uow.group_changes.add_approval(approval(uow))
    sweep(database, TERMS, START + timedelta(days=61), lambda: False)
    with units.begin() as uow:
        [kept] = uow.group_changes.of_case(case)
        assert kept.change == RENAMED
        assert [one.change.removed for one in uow.group_changes.between(GROUP, *EVER_AFTER)] == [False, True]
        left = uow.group_changes.approval(given.id)
        assert left
        assert (left.words, left.covers(RENAMED, 5, START)) == ("", False)
        uow.case_notes.add(case, note(uow, START, "đã hỏi"))
        uow.cases.save(case.model_copy(update={"state": CaseState.CONFIRMED}))
    sweep(database, TERMS, START + timedelta(days=62), lambda: False)
    with units.begin() as uow:
        uow.case_notes.add(case, note(uow, START + timedelta(days=63), "viết sau"))
        assert [kept.change for kept in uow.group_changes.of_case(case)] == [Change(kind=ChangeKind.NAME, removed=True)]
        assert [note.text for note in uow.case_notes.of(case)] == ["", "viết sau"]
    sweep(database, TERMS, START + timedelta(days=200), lambda: False)
    with units.begin() as uow:
        assert [note.text for note in uow.case_notes.of(case)] == ["", ""], "written after the words of its case went"


def test_what_new_rules_take_for_a_secret_goes_from_changes_and_approvals_too(database: Database) -> None:
    def look(raw: RawDict) -> Seal | None:
        found = re.search(r"\bNhóm mới", raw["content"])
        return Seal(rule_id="4.1", label="x", level=None, size=1, mac=b"") if found else None

    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        case = opened(uow)
        changed(uow, case)
        uow.group_changes.add_approval(approval(uow))
        described = Change(kind=ChangeKind.DESCRIPTION, before="Nơi trao đổi", after="Dòng đầu\nNhóm mới")
        uow.group_changes.add(BOT, CHANGED.model_copy(update={"change": described, "actor_id": None}))
    assert remove_quotations(database, look) == 3
    with units.begin() as uow:
        assert [kept.change.removed for kept in uow.group_changes.between(GROUP, *EVER_AFTER)] == [True, True]
        [left] = uow.group_changes.approvals(GROUP, START)
        assert (left.words, left.covers(RENAMED, 5, START)) == ("", False)


def test_a_name_that_new_rules_take_for_a_secret_goes_too_so_that_the_next_sync_has_it_judged(
    database: Database,
) -> None:
    def look(raw: RawDict) -> Seal | None:
        found = "Kho" in raw["content"]
        return Seal(rule_id="4.1", label="x", level=None, size=1, mac=b"") if found else None

    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        for uid, name in ((MEMBER, "Kho Mắc Khén"), (OTHER, "Lò Thị Mẫu")):
            named = NameObserved(account=BOT, thread_id=GROUP, key=uid, sender_uid=uid, at=START, name=name)
            uow.members.learn_names(BOT, named, None)
    assert remove_quotations(database, look) == 2
    with units.begin() as uow:
        assert uow.members.judged_names(BOT, GROUP) == {OTHER: "Lò Thị Mẫu"}
        assert uow.people.get(member(uow).id).display_name == ""


def test_an_approval_is_kept_sealed_and_its_first_use_is_noted_once(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        given = uow.group_changes.add_approval(approval(uow))
        assert uow.group_changes.approvals(GROUP, START) == [given]
        assert uow.group_changes.approvals(GROUP, START + timedelta(hours=1)) == []
        assert uow.group_changes.approvals("9", START) == []
        uow.group_changes.use_approval(given.id, 7)
        uow.group_changes.use_approval(given.id, 8)
        used = uow.group_changes.approval(given.id)
        assert used
        assert used.used_by_event == 7
        case = opened(uow)
        changed(uow, case)
        uow.group_changes.approve(case, given.id)
        assert [kept.approval_id for kept in uow.group_changes.of_case(case)] == [given.id]
    with database.write() as connection:
        assert b"nhommoi" not in connection.scalars(select(approvals.c.body)).one()


def test_a_group_is_remembered_as_an_event_made_it_and_each_account_has_its_own_view(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    group = GroupSnapshot(group_id=GROUP, name="Nhóm cũ", owner_uid=MEMBER)
    with units.begin() as uow:
        uow.members.update_group(BOT, group)
        assert uow.members.group_snapshot(GROUP) is None
        uow.members.save_group(BOT, group, [], START)
        uow.members.save_group("7", group.model_copy(update={"owner_uid": "99"}), [], START + timedelta(hours=1))
        uow.members.update_group(BOT, group.model_copy(update={"name": "Nhóm mới"}))
        seen = uow.members.group_snapshot(GROUP)
        assert seen
        assert (seen.name, seen.owner_uid) == ("Nhóm mới", MEMBER)


def test_of_a_picture_no_name_and_no_thumbnail_stands_in_clear(database: Database) -> None:
    with UnitsOfWork(database, BOT).begin() as uow:
        uow.pictures.save(BOT, GROUP, ADDRESS, Looked("0123456789abcdef", b"jpeg"))
    with database.write() as connection:
        row = connection.execute(select(group_pictures)).one()
        assert "moi" not in row.name
        assert b"jpeg" not in row.thumbnail


def test_why_somebody_wrote_a_case_down_is_kept_sealed(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        case = opened(uow)
        assert uow.case_notes.manual(case) is None
        uow.case_notes.add_manual(case, Recorded(member(uow).id, "có phản ánh", "cuộc họp"))
        assert uow.case_notes.manual(case) == Recorded(member(uow).id, "có phản ánh", "cuộc họp")
    with database.write() as connection:
        assert "có".encode() not in connection.scalars(select(manual_cases.c.words)).one()
