"""What is kept of changes of groups, approvals, pictures and cases that people wrote down."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.unit.storage.stored import BOT, GROUP, MEMBER, START, new_case
from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import INFO_RULE, Approval, Change, ChangeKind, GroupChange
from zalo_governor.domain.people import GroupSnapshot, Person
from zalo_governor.domain.pictures import Looked, Picture
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.errors import WrongKeyError
from zalo_governor.storage.engine.unit_of_work import SqlUnit, SqlUnits
from zalo_governor.storage.schema import approvals, group_changes, group_pictures, manual_cases

RENAMED = Change(kind=ChangeKind.NAME, item="nhommoi", before="Nhóm cũ", after="Nhóm mới")
ADDRESS = "https://a.zadn.vn/1/moi.jpg"


def member(unit: SqlUnit) -> Person:
    person = unit.sender(BOT, MEMBER)
    assert person
    return person


def opened(unit: SqlUnit, event_id: int = 5) -> Case:
    return unit.add_case(new_case(member(unit).id, event_id, rule_id=INFO_RULE, clause="6.1"))


def changed(unit: SqlUnit, case: Case | None, at_minutes: int = 0) -> None:
    kept = GroupChange(
        group_id=GROUP,
        event_id=5,
        at=START + timedelta(minutes=at_minutes),
        actor_id=member(unit).id,
        change=RENAMED,
        case_id=case.id if case else None,
    )
    unit.add_change(BOT, kept)


def test_changes_are_kept_with_their_case_and_found_by_time_and_are_not_readable(database: Database) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        case = opened(unit)
        changed(unit, case)
        changed(unit, None, at_minutes=10)
    with units.unit() as unit:
        [kept] = unit.changes_of_case(case)
        assert (kept.change, kept.actor_id, kept.approval_id) == (RENAMED, member(unit).id, None)
        assert [one.case_id for one in unit.changes_at(GROUP, START, START + timedelta(minutes=10))] == [case.id]
        assert unit.changes_at("9", START, START + timedelta(days=1)) == []
    with database.write() as connection:
        assert not [body for body in connection.scalars(select(group_changes.c.body)) if "Nhóm".encode() in body]
        connection.execute(update(group_changes).values(event_id=6))
    with units.unit() as unit, pytest.raises(WrongKeyError):
        unit.changes_of_case(case)


def test_an_approval_is_kept_sealed_and_its_first_use_is_noted_once(database: Database) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        given = Approval(
            group_id=GROUP,
            given_by=member(unit).id,
            given_at=START,
            words="đổi tên nhóm thành Nhóm mới",
            kind=ChangeKind.NAME,
            item="nhommoi",
            until=START + timedelta(hours=1),
            once=True,
        )
        given = unit.add_approval(given)
        assert unit.approvals(GROUP, START) == [given]
        assert unit.approvals(GROUP, START + timedelta(hours=1)) == []
        assert unit.approvals("9", START) == []
        unit.use_approval(given.id, 7)
        unit.use_approval(given.id, 8)
        used = unit.approval(given.id)
        assert used
        assert used.used_by_event == 7
        case = opened(unit)
        changed(unit, case)
        unit.approve_changes(case, given.id)
        assert [kept.approval_id for kept in unit.changes_of_case(case)] == [given.id]
    with database.write() as connection:
        assert b"nhommoi" not in connection.scalars(select(approvals.c.body)).one()


def test_a_group_is_remembered_as_an_event_made_it_and_each_account_has_its_own_view(database: Database) -> None:
    units = SqlUnits(database, BOT)
    group = GroupSnapshot(group_id=GROUP, name="Nhóm cũ", owner_uid=MEMBER)
    with units.unit() as unit:
        unit.update_group(BOT, group)
        assert unit.group_snapshot(GROUP) is None
        unit.save_group(BOT, group, [], START)
        unit.save_group("7", group.model_copy(update={"owner_uid": "99"}), [], START + timedelta(hours=1))
        unit.update_group(BOT, group.model_copy(update={"name": "Nhóm mới"}))
        seen = unit.group_snapshot(GROUP)
        assert seen
        assert (seen.name, seen.owner_uid) == ("Nhóm mới", MEMBER)


def test_a_picture_is_fetched_once_and_again_only_for_a_case(database: Database) -> None:
    units = SqlUnits(database, BOT)
    wanted = Picture(group_id=GROUP, account=BOT, address=ADDRESS, case_id=None)
    with units.unit() as unit:
        unit.want_picture(wanted, START)
        unit.want_picture(wanted, START)
        assert unit.due_pictures(BOT, START) == [wanted]
        unit.try_picture_again(wanted, START + timedelta(minutes=1))
        assert unit.next_picture(BOT) == START + timedelta(minutes=1)
        [again] = unit.due_pictures(BOT, START + timedelta(minutes=1))
        assert again.attempts == 1
        unit.settle_picture(again, Looked("0123456789abcdef", b"jpeg"))
        unit.want_picture(wanted, START)
        assert unit.next_picture(BOT) is None
        assert unit.looked_at(BOT, GROUP, "https://b.zadn.vn/9/moi.jpg") == Looked("0123456789abcdef", b"jpeg")
        case = opened(unit)
        unit.want_picture(wanted.model_copy(update={"case_id": case.id}), START)
        [for_case] = unit.due_pictures(BOT, START)
        unit.settle_picture(for_case, None)
        assert unit.looked_at(BOT, GROUP, ADDRESS)
        assert unit.looked_at(BOT, GROUP, "https://a.zadn.vn/1/khac.jpg") is None
    with database.write() as connection:
        row = connection.execute(select(group_pictures)).one()
        assert b"moi" not in row.address
        assert b"jpeg" not in row.thumbnail


def test_why_somebody_wrote_a_case_down_is_kept_sealed(database: Database) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        case = opened(unit)
        assert unit.manual(case) is None
        unit.add_manual(case, member(unit).id, "có phản ánh")
        assert unit.manual(case) == (member(unit).id, "có phản ánh")
    with database.write() as connection:
        assert "có".encode() not in connection.scalars(select(manual_cases.c.words)).one()
