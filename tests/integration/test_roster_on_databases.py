import pytest
from sqlalchemy import insert, select, update

from tests.integration.seen import holding
from tests.rosters import put_roster, roster_of
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, entry, message
from zalo_governor.app.roster_import import import_roster
from zalo_governor.domain.clock import EVER, NEVER
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.people import EVERYWHERE, FoundAccount, Namesake, Person, Role, Standing
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import group_members, persons, roster
from zalo_governor.storage.unit_of_work import UnitsOfWork

LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", agency="Sở Y tế", uid=MEMBER, phone="+84912345678")
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên")


def test_a_roster_is_replaced_as_a_whole_and_keeps_its_order(database: Database) -> None:
    assert roster_of(database, GROUP) == []
    put_roster(database, BOT, GROUP, [TAN, LO])
    assert roster_of(database, GROUP) == [TAN, LO]
    put_roster(database, BOT, GROUP, [LO])
    put_roster(database, BOT, "9", [TAN])
    assert roster_of(database, GROUP) == [LO]
    assert roster_of(database, "9") == [TAN]


def test_whoever_is_known_by_uid_takes_the_approved_name_and_keeps_the_roles(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò V. Mẫu", "", MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)})])
    put_roster(database, BOT, GROUP, [LO, TAN])
    with units.begin() as uow:
        (admin,) = holding(uow, BOT, Role.ADMIN)
    assert (admin.full_name, admin.title, admin.phone) == ("Lò Văn Mẫu", "Giám đốc Sở Y tế", None)


def test_an_import_that_only_adds_leaves_who_is_not_in_the_file_as_they_were(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    put_roster(database, BOT, GROUP, [LO])
    said = SeedPerson(LO.full_name, LO.position, MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)})
    units.seed_people(BOT, [said])
    import_roster(units, BOT, GROUP, [TAN], replacing=False, drops=0, at=database.clock())
    assert roster_of(database, GROUP) == [LO, TAN]
    with units.begin() as uow:
        (admin,) = holding(uow, BOT, Role.ADMIN)
    assert (admin.full_name, admin.title) == ("Lò Văn Mẫu", "Giám đốc Sở Y tế")


def test_nobody_is_made_out_of_a_list(database: Database) -> None:
    put_roster(database, BOT, GROUP, [LO])
    with UnitsOfWork(database, BOT).begin() as uow:
        person = uow.people.find_or_create(BOT, MEMBER)
    assert person
    assert person.full_name == ""


def test_names_and_numbers_are_not_readable_in_the_database_and_rows_cannot_be_moved(database: Database) -> None:
    put_roster(database, BOT, GROUP, [LO])
    with database.write() as connection:
        assert b"912345678" not in connection.scalars(select(roster.c.entry)).one()
        connection.execute(update(roster).values(group_id="9"))
    with pytest.raises(WrongKeyError):
        roster_of(database, "9")


def _shows(database: Database, uid: str, name: str) -> int:
    with UnitsOfWork(database, BOT).begin() as uow:
        person = uow.people.find_or_create(BOT, uid)
        assert person
        sealed = database.keys.seal_text(name, "person", str(person.id))
    with database.write() as connection:
        connection.execute(update(persons).where(persons.c.id == person.id).values(display_name=sealed))
    database.persons.forget()
    return person.id


def _placed(database: Database, person_id: int) -> Person:
    with UnitsOfWork(database, BOT).begin() as uow:
        return uow.people.get(person_id)


def test_who_stands_in_the_roster_by_uid_is_listed_under_its_name_whenever_he_was_first_seen(
    database: Database,
) -> None:
    put_roster(database, BOT, GROUP, [LO, TAN])
    lo = _placed(database, _shows(database, MEMBER, "Bố Gấu"))
    assert (lo.standing, lo.full_name, lo.title) == (Standing.LISTED, "Lò Văn Mẫu", "Giám đốc Sở Y tế")
    put_roster(database, BOT, GROUP, [TAN])
    assert _placed(database, lo.id).standing is Standing.OUTSIDE
    put_roster(database, BOT, GROUP, [])
    assert _placed(database, lo.id).standing is Standing.UNKNOWN


def test_a_name_alone_lists_nobody_and_one_that_belongs_to_another_account_is_a_namesake(database: Database) -> None:
    put_roster(database, BOT, GROUP, [LO, TAN])
    assert _placed(database, _shows(database, OTHER, "Tẩn A Mẫu")).standing is Standing.UNMATCHED
    borrowed = _placed(database, _shows(database, OTHER, "LO VAN MAU - Giám đốc Sở Y tế"))
    assert borrowed.standing is Standing.OUTSIDE
    assert borrowed.namesake == Namesake(full_name="Lò Văn Mẫu", title="Giám đốc Sở Y tế", same=False)


def test_a_role_of_the_settings_lists_and_its_name_is_guarded_without_any_roster(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Chủ", "Chủ tịch", MEMBER, None, None, {EVERYWHERE: (Role.LEADER,)})])
    with units.begin() as uow:
        (leader,) = holding(uow, BOT, Role.LEADER)
        assert uow.people.get(leader.id).standing is Standing.LISTED
    other = _placed(database, _shows(database, OTHER, "Lò Văn Chủ"))
    assert other.standing is Standing.UNKNOWN
    assert other.namesake == Namesake(full_name="Lò Văn Chủ", title="Chủ tịch", same=True)


def test_who_was_seen_in_a_group_that_has_no_roster_is_not_called_outside_of_one(database: Database) -> None:
    put_roster(database, BOT, GROUP, [LO])
    other = _shows(database, OTHER, "Bố Gấu")
    assert _placed(database, other).standing is Standing.OUTSIDE
    with database.write() as connection:
        row = {"group_id": "9", "account": BOT, "uid": OTHER, "present": True, "since_ms": 0}
        connection.execute(insert(group_members), row)
    assert _placed(database, other).standing is Standing.UNKNOWN


def test_what_one_transaction_changes_of_the_roster_it_sees(database: Database) -> None:
    put_roster(database, BOT, GROUP, [TAN])
    other = _shows(database, OTHER, "Tẩn A Mẫu")
    with UnitsOfWork(database, BOT).begin() as uow:
        assert uow.people.get(other).standing is Standing.UNMATCHED
        uow.roster.put(BOT, GROUP, 0, TAN.model_copy(update={"uid": OTHER}))
        assert uow.people.get(other).standing is Standing.LISTED


def test_messages_of_who_was_recognised_by_telephone_count_for_the_agency_on_the_list(database: Database) -> None:
    [said] = Inbox(database, BOT).admit([entry()])
    bare = LO.model_copy(update={"uid": None})
    put_roster(database, BOT, GROUP, [bare])
    with UnitsOfWork(database, BOT).begin() as uow:
        uow.verdicts.store(said, message(said), Verdict(), START)
        uow.roster.link_phone(BOT, "+84912345678", FoundAccount(uid=MEMBER, global_id=None), bare)
        [counted] = uow.distributions.agencies(GROUP, EVER, NEVER)
    assert (counted.agency, counted.messages, counted.senders) == ("Sở Y tế", 1, 1)


def test_who_holds_a_role_is_found_on_a_list_without_accounts(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(
        BOT,
        [
            SeedPerson("Lò Văn Mẫu", "Giám đốc", MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)}),
            SeedPerson("Tẩn A Mẫu", "Chuyên viên", OTHER, None, None, {EVERYWHERE: (Role.ADMIN_STAFF,)}),
        ],
    )
    bare = LO.model_copy(update={"uid": None, "phone": None})
    put_roster(database, BOT, GROUP, [bare, TAN, TAN])
    with units.begin() as uow:
        assert [uids for _, uids in uow.roster.matched(BOT, GROUP)] == [{MEMBER}, set(), set()]
