"""Who belongs to a group, who came in, and errands, on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, new_case
from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome, FoundAccount
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.outsiders import OUTSIDERS, Newcomer
from zalo_governor.domain.people import GroupSnapshot, Member, Reach, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.unit_of_work import SqlUnit, SqlUnits
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.roster import SqlRoster
from zalo_governor.storage.schema import accounts, persons

SECOND_BOT, SEEN_BY_SECOND = "7000000000000000777", "7000000000000000888"
LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", uid=MEMBER)
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên", phone="+84912345678")
EXPEL = Errand(account=BOT, kind=ErrandKind.EXPEL, group_id=GROUP, uid=OTHER, ordered_by=1, ordered_at=START)


def test_without_a_roster_nobody_can_be_said_not_to_belong(database: Database) -> None:
    units = SqlUnits(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò V. Mẫu", "", MEMBER, None, None, (Role.ADMIN,))])
    assert units.approved(BOT, GROUP) is None


def test_known_by_uid_and_by_role(database: Database) -> None:
    units = SqlUnits(database, BOT)
    SqlRoster(database, BOT).replace(GROUP, [LO, TAN])
    assert set(units.approved(BOT, GROUP) or ()) == {MEMBER}
    units.seed_people(BOT, [SeedPerson("Vàng Thị Mẫu", "", OTHER, None, None, (Role.LEADER,))])
    assert set(units.approved(BOT, GROUP) or ()) == {MEMBER, OTHER}


def test_known_by_a_number_only_when_zalo_has_told_whose_it_is(database: Database) -> None:
    units = SqlUnits(database, BOT)
    SqlRoster(database, BOT).replace(GROUP, [TAN])
    with units.unit() as unit:
        unit.sender(BOT, OTHER)
        assert unit.looked_up_at(BOT, "+84912345678") is None
        unit.note_lookup(BOT, GROUP, "+84912345678", START, found=True)
        unit.recognise(BOT, "+84912345678", FoundAccount(uid=OTHER, global_id="G1"), TAN)
    assert set(units.approved(BOT, GROUP) or ()) == {OTHER}
    with units.unit() as unit:
        person = unit.sender(BOT, OTHER)
        assert person
        assert (person.full_name, person.phone, person.global_id) == ("Tẩn A Mẫu", "+84912345678", "G1")
        assert unit.looked_up_at(BOT, "+84912345678") == START
        assert (unit.looked_up(BOT, START), unit.looked_up(BOT, START + timedelta(seconds=1))) == (1, 0)
        unit.note_lookup(BOT, GROUP, "+84912345678", START + timedelta(days=40), found=False)
        assert unit.looked_up_at(BOT, "+84912345678") == START + timedelta(days=40)


def test_a_number_that_changes_hands_belongs_to_its_new_owner_alone(database: Database) -> None:
    units = SqlUnits(database, BOT)
    SqlRoster(database, BOT).replace(GROUP, [TAN])
    with units.unit() as unit:
        unit.recognise(BOT, "+84912345678", FoundAccount(uid=MEMBER), TAN)
        unit.recognise(BOT, "+84912345678", FoundAccount(uid=OTHER), TAN)
    assert set(units.approved(BOT, GROUP) or ()) == {OTHER}


def test_another_bot_account_knows_the_same_human_being_by_the_global_id(database: Database) -> None:
    SqlRoster(database, BOT).replace(GROUP, [LO])
    with database.write() as connection:
        connection.execute(accounts.insert(), [{"uid": BOT, "number": 0}, {"uid": SECOND_BOT, "number": 1}])
    for account, uid in ((BOT, MEMBER), (SECOND_BOT, SEEN_BY_SECOND)):
        with SqlUnits(database, account).unit() as unit:
            _seen(unit, account, Member(uid=uid, display_name="", global_id="G1"))
    assert set(SqlUnits(database, SECOND_BOT).approved(SECOND_BOT, GROUP) or ()) == {SEEN_BY_SECOND, MEMBER}


def test_an_entry_is_put_at_its_place_or_at_the_end_and_names_who_is_known(database: Database) -> None:
    units = SqlUnits(database, BOT)
    SqlRoster(database, BOT).replace(GROUP, [LO, TAN])
    with units.unit() as unit:
        unit.sender(BOT, OTHER)
        unit.put_in_roster(BOT, GROUP, 1, TAN.model_copy(update={"uid": OTHER}))
        unit.put_in_roster(BOT, GROUP, None, LO.model_copy(update={"uid": "9", "full_name": "Lò Thị Mới"}))
        unit.put_in_roster(BOT, "8000000000000000009", None, TAN)
    assert [entry.uid for entry in SqlRoster(database, BOT).entries(GROUP)] == [MEMBER, OTHER, "9"]
    with units.unit() as unit:
        person = unit.sender(BOT, OTHER)
    assert person
    assert person.full_name == "Tẩn A Mẫu"


def test_a_newcomer_is_here_until_gone_also_when_two_persons_turn_out_to_be_one(database: Database) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        first, other = unit.sender(BOT, MEMBER), unit.sender(BOT, OTHER)
        assert first
        assert other
        case = unit.add_case(new_case(first.id, 1, rule_id=OUTSIDERS))
        assert unit.newcomer(case) is None
        made = Newcomer(
            case_id=case.id, group_id=GROUP, account=BOT, uid=OTHER, person_id=other.id, came_at=from_ms(1000)
        )
        unit.note_newcomer(made)
        assert unit.newcomer(case) == made
        assert unit.newcomers_here(GROUP) == [(made, case)]
        assert unit.newcomers_here(GROUP, first.id) == []
        assert unit.newcomers_here("9") == []
        unit.brought_by(case, first.id)
    with units.unit() as unit:
        for uid in (MEMBER, OTHER):
            _seen(unit, BOT, Member(uid=uid, display_name="", global_id="G1"))
    with units.unit() as unit:
        [(newcomer, _)] = unit.newcomers_here(GROUP)
        assert newcomer.person_id == newcomer.brought_by == unit.person(newcomer.person_id).id
        unit.newcomer_gone(case, from_ms(5000))
        unit.newcomer_gone(case, from_ms(9000))
        assert unit.newcomers_here(GROUP) == []
        gone = unit.newcomer(case)
    assert gone
    assert gone.gone_at == from_ms(5000)


def test_an_errand_is_ordered_once_tried_and_settled_once(database: Database) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        assert unit.next_errand(BOT) is None
        assert unit.order_errand(EXPEL)
        assert not unit.order_errand(EXPEL)
        assert unit.errand_waiting(BOT, ErrandKind.EXPEL, GROUP, OTHER)
        assert not unit.errand_waiting(BOT, ErrandKind.BEFRIEND, GROUP, OTHER)
    with units.unit() as unit:
        assert unit.next_errand(BOT) == START
        assert unit.next_errand(SECOND_BOT) is None
        assert unit.due_errands(BOT, START - timedelta(seconds=1)) == []
        [errand] = unit.due_errands(BOT, START)
        assert errand == EXPEL.model_copy(update={"id": errand.id})
        unit.try_errand_again(errand, START + timedelta(seconds=2))
        assert unit.due_errands(BOT, START) == []
        [again] = unit.due_errands(BOT, START + timedelta(seconds=2))
        assert again.attempts == 1
        assert unit.settle_errand(again, ErrandOutcome.DONE)
        assert not unit.settle_errand(again, ErrandOutcome.REFUSED)
        assert unit.next_errand(BOT) is None
        assert unit.order_errand(EXPEL)


@pytest.mark.parametrize("reach", [Reach.REFUSED, Reach.REACHED])
def test_a_friend_can_be_written_to_again(database: Database, reach: Reach) -> None:
    units = SqlUnits(database, BOT)
    with units.unit() as unit:
        unit.sender(BOT, OTHER)
    with database.write() as connection:
        connection.execute(update(persons).values(reach=reach.value))
    database.persons.forget()
    with units.unit() as unit:
        unit.reachable_again(BOT, OTHER)
    with units.unit() as unit:
        person = unit.sender(BOT, OTHER)
    assert person
    assert person.reach is (Reach.UNKNOWN if reach is Reach.REFUSED else reach)


def _seen(unit: SqlUnit, account: str, member: Member) -> None:
    unit.tie_members(account, [member])
    snapshot = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", member_uids=(member.uid,), total_members=9)
    unit.save_group(account, snapshot, [member], START)
