"""Who belongs to a group, who came in, and errands, on every database."""

from datetime import timedelta

from tests.rosters import put_roster, roster_of
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, new_case
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.outsiders import OUTSIDERS, Outsider
from zalo_governor.domain.people import EVERYWHERE, FoundAccount, GroupSnapshot, Member, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.schema import accounts
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

SECOND_BOT, SEEN_BY_SECOND = "7000000000000000777", "7000000000000000888"
LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", uid=MEMBER)
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên", phone="+84912345678")


def test_without_a_roster_nobody_can_be_said_not_to_belong(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò V. Mẫu", "", MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)})])
    assert units.approved_uids(BOT, GROUP) is None


def test_known_by_uid_and_by_role(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    put_roster(database, BOT, GROUP, [LO, TAN])
    assert set(units.approved_uids(BOT, GROUP) or ()) == {MEMBER}
    units.seed_people(BOT, [SeedPerson("Vàng Thị Mẫu", "", OTHER, None, None, {EVERYWHERE: (Role.LEADER,)})])
    assert set(units.approved_uids(BOT, GROUP) or ()) == {MEMBER, OTHER}


def test_known_by_a_number_only_when_zalo_has_told_whose_it_is(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    put_roster(database, BOT, GROUP, [TAN])
    with units.begin() as uow:
        uow.people.find_or_create(BOT, OTHER)
        assert uow.roster.phone_looked_up_at(BOT, "+84912345678") is None
        uow.roster.note_phone_lookup(BOT, GROUP, "+84912345678", START, found=True)
        uow.roster.link_phone(BOT, "+84912345678", FoundAccount(uid=OTHER, global_id="G1"), TAN)
    assert set(units.approved_uids(BOT, GROUP) or ()) == {OTHER}
    with units.begin() as uow:
        person = uow.people.find_or_create(BOT, OTHER)
        assert person
        assert (person.full_name, person.phone, person.global_id) == ("Tẩn A Mẫu", "+84912345678", "G1")
        assert uow.roster.phone_looked_up_at(BOT, "+84912345678") == START
        assert (
            uow.roster.phone_lookups_since(BOT, START),
            uow.roster.phone_lookups_since(BOT, START + timedelta(seconds=1)),
        ) == (1, 0)
        uow.roster.note_phone_lookup(BOT, GROUP, "+84912345678", START + timedelta(days=40), found=False)
        assert uow.roster.phone_looked_up_at(BOT, "+84912345678") == START + timedelta(days=40)


def test_a_number_that_changes_hands_belongs_to_its_new_owner_alone(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    put_roster(database, BOT, GROUP, [TAN])
    with units.begin() as uow:
        uow.roster.link_phone(BOT, "+84912345678", FoundAccount(uid=MEMBER), TAN)
        uow.roster.link_phone(BOT, "+84912345678", FoundAccount(uid=OTHER), TAN)
    assert set(units.approved_uids(BOT, GROUP) or ()) == {OTHER}


def test_another_bot_account_knows_the_same_human_being_by_the_global_id(database: Database) -> None:
    put_roster(database, BOT, GROUP, [LO])
    with database.write() as connection:
        connection.execute(accounts.insert(), [{"uid": BOT, "number": 0}, {"uid": SECOND_BOT, "number": 1}])
    for account, uid in ((BOT, MEMBER), (SECOND_BOT, SEEN_BY_SECOND)):
        with UnitsOfWork(database, account).begin() as uow:
            _seen(uow, account, Member(uid=uid, display_name="", global_id="G1"))
    assert set(UnitsOfWork(database, SECOND_BOT).approved_uids(SECOND_BOT, GROUP) or ()) == {SEEN_BY_SECOND, MEMBER}


def test_an_entry_is_put_at_its_place_or_at_the_end_and_names_who_is_known(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    put_roster(database, BOT, GROUP, [LO, TAN])
    with units.begin() as uow:
        uow.people.find_or_create(BOT, OTHER)
        uow.roster.put(BOT, GROUP, 1, TAN.model_copy(update={"uid": OTHER}))
        uow.roster.put(BOT, GROUP, None, LO.model_copy(update={"uid": "9", "full_name": "Lò Thị Mới"}))
        uow.roster.put(BOT, "8000000000000000009", None, TAN)
    assert [entry.uid for entry in roster_of(database, GROUP)] == [MEMBER, OTHER, "9"]
    with units.begin() as uow:
        person = uow.people.find_or_create(BOT, OTHER)
    assert person
    assert person.full_name == "Tẩn A Mẫu"


def test_a_newcomer_is_here_until_gone_also_when_two_persons_turn_out_to_be_one(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    with units.begin() as uow:
        first, other = uow.people.find_or_create(BOT, MEMBER), uow.people.find_or_create(BOT, OTHER)
        assert first
        assert other
        case = uow.cases.add(new_case(first.id, 1, rule_id=OUTSIDERS))
        assert uow.outsiders.of_case(case) is None
        made = Outsider(
            case_id=case.id, group_id=GROUP, account=BOT, uid=OTHER, person_id=other.id, came_at=from_ms(1000)
        )
        uow.outsiders.add(made)
        assert uow.outsiders.of_case(case) == made
        assert uow.outsiders.present(GROUP) == [(made, case)]
        assert uow.outsiders.present(GROUP, first.id) == []
        assert uow.outsiders.present("9") == []
        uow.outsiders.set_brought_by(case, first.id)
    with units.begin() as uow:
        for uid in (MEMBER, OTHER):
            _seen(uow, BOT, Member(uid=uid, display_name="", global_id="G1"))
    with units.begin() as uow:
        [(newcomer, _)] = uow.outsiders.present(GROUP)
        assert newcomer.person_id == newcomer.brought_by == uow.people.get(newcomer.person_id).id
        uow.outsiders.mark_gone(case, from_ms(5000))
        uow.outsiders.mark_gone(case, from_ms(9000))
        assert uow.outsiders.present(GROUP) == []
        gone = uow.outsiders.of_case(case)
    assert gone
    assert gone.gone_at == from_ms(5000)


def _seen(uow: UnitOfWork, account: str, member: Member) -> None:
    uow.members.link_global_ids(account, [member])
    snapshot = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", member_uids=(member.uid,), total_members=9)
    uow.members.save_group(account, snapshot, [member], START)
