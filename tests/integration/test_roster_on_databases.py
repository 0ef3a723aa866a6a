import pytest
from sqlalchemy import select, update

from tests.unit.store.stored import BOT, GROUP, MEMBER
from zalo_governor.domain.people import Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.store.database import Database
from zalo_governor.store.errors import WrongKeyError
from zalo_governor.store.identity import SeedPerson
from zalo_governor.store.roster import SqlRoster
from zalo_governor.store.schema import roster
from zalo_governor.store.units import SqlUnits

LO = RosterEntry(full_name="Lò Văn Mẫu", title="Giám đốc", agency="Sở Y tế", uid=MEMBER, phone="+84912345678")
TAN = RosterEntry(full_name="Tẩn A Mẫu", title="Chuyên viên")


def test_a_roster_is_replaced_as_a_whole_and_keeps_its_order(database: Database) -> None:
    store = SqlRoster(database, BOT)
    assert store.entries(GROUP) == []
    store.replace(GROUP, [TAN, LO])
    assert store.entries(GROUP) == [TAN, LO]
    store.replace(GROUP, [LO])
    store.replace("9", [TAN])
    assert store.entries(GROUP) == [LO]
    assert store.entries("9") == [TAN]


def test_whoever_is_known_by_uid_takes_the_approved_name_and_keeps_the_roles(database: Database) -> None:
    units = SqlUnits(database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò V. Mẫu", "", MEMBER, None, None, (Role.ADMIN,))])
    SqlRoster(database, BOT).replace(GROUP, [LO, TAN])
    with units.unit() as unit:
        (admin,) = unit.with_role(BOT, Role.ADMIN)
    assert (admin.full_name, admin.title, admin.phone) == ("Lò Văn Mẫu", "Giám đốc", None)


def test_nobody_is_made_out_of_a_list(database: Database) -> None:
    SqlRoster(database, BOT).replace(GROUP, [LO])
    with SqlUnits(database, BOT).unit() as unit:
        person = unit.sender(BOT, MEMBER)
    assert person
    assert person.full_name == ""


def test_names_and_numbers_are_not_readable_in_the_database_and_rows_cannot_be_moved(database: Database) -> None:
    store = SqlRoster(database, BOT)
    store.replace(GROUP, [LO])
    with database.write() as connection:
        assert b"912345678" not in connection.scalars(select(roster.c.entry)).one()
        connection.execute(update(roster).values(group_id="9"))
    with pytest.raises(WrongKeyError):
        store.entries("9")
