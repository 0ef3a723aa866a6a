"""Whose answers count for an agency: people whom the roster knows by account, never who shows their name."""

from datetime import timedelta

from tests.rosters import put_roster
from tests.unit.storage.stored import BOT, GROUP, MASTER, START, HandClock
from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.domain.events import MembersJoined, MembersLeft, NamedUid, NameObserved
from zalo_governor.domain.people import GroupSnapshot, Member, Standing
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.directives.addressees import Addressee, directory_of
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

DIRECTOR, IMPOSTOR, OUTSIDER = "7000000000000000201", "7000000000000000202", "7000000000000000203"
UNMATCHED, FIRST, SECOND = "7000000000000000204", "7000000000000000205", "7000000000000000206"
SHOWN = {
    DIRECTOR: "Lý Thị Tỉ - Giám đốc Sở Tài chính",
    IMPOSTOR: "Lý Thị Tỉ - Giám đốc Sở Tài chính",
    OUTSIDER: "Trần Văn Giả - Phó Giám đốc Sở Tài chính",
    UNMATCHED: "Lò Thị Mẫu - Giám đốc Sở Y tế",
    FIRST: "Đỗ Mạnh Nội - Giám đốc Sở Nội vụ",
    SECOND: "Đỗ Mạnh Nội - Giám đốc Sở Nội vụ",
}
ROSTER = [
    RosterEntry(full_name="Lý Thị Tỉ", title="Giám đốc", agency="Sở Tài chính", uid=DIRECTOR),
    RosterEntry(full_name="Lò Thị Mẫu", title="Giám đốc", agency="Sở Y tế"),
    RosterEntry(full_name="Đỗ Mạnh Nội", title="Giám đốc", agency="Sở Nội vụ"),
]


def seen_in_the_group(units: UnitsOfWork) -> None:
    snapshot = GroupSnapshot(
        group_id=GROUP, name="Nhóm thử", owner_uid=DIRECTOR, member_uids=tuple(SHOWN), total_members=len(SHOWN)
    )
    with units.begin() as uow:
        uow.members.save_group(
            BOT, snapshot, [Member(uid=uid, display_name=name) for uid, name in SHOWN.items()], START
        )
        for uid, name in SHOWN.items():
            event = NameObserved(account=BOT, thread_id=GROUP, sender_uid=uid, at=START, name=name)
            uow.members.learn_names(BOT, event, None)


def meant(units: UnitsOfWork, *names: str) -> dict[str, tuple[str, ...]]:
    with units.begin() as uow:
        found: list[Addressee] = directory_of(uow, BOT, GROUP, DirectiveSettings().kinds).find(names)
    return {addressee.name: addressee.uids for addressee in found}


def test_with_a_roster_who_only_shows_a_name_answers_for_nobody(database: Database, units: UnitsOfWork) -> None:
    put_roster(database, BOT, GROUP, ROSTER)
    seen_in_the_group(units)
    assert meant(units, "Sở Tài chính", "đồng chí Tỉ") == {"Sở Tài chính": (DIRECTOR,), "Lý Thị Tỉ": (DIRECTOR,)}


def test_a_name_without_known_account_is_the_one_account_that_shows_it(database: Database, units: UnitsOfWork) -> None:
    put_roster(database, BOT, GROUP, ROSTER)
    seen_in_the_group(units)
    assert meant(units, "Sở Y tế", "Sở Nội vụ") == {"Sở Y tế": (UNMATCHED,), "Sở Nội vụ": ()}
    with units.begin() as uow:
        person = uow.people.find_or_create(BOT, UNMATCHED)
        assert person
        assert not person.identified


def test_without_a_roster_display_names_are_all_there_is(units: UnitsOfWork) -> None:
    seen_in_the_group(units)
    assert meant(units, "Sở Y tế") == {"Sở Y tế": (UNMATCHED,)}


def test_a_roster_that_another_process_imports_counts_at_once(
    database: Database, database_url: str, clock: HandClock, units: UnitsOfWork
) -> None:
    put_roster(database, BOT, GROUP, ROSTER)
    seen_in_the_group(units)

    def standing() -> Standing:
        with units.begin() as uow:
            person = uow.people.find_or_create(BOT, OUTSIDER)
            assert person
            return uow.people.get(person.id).standing

    assert standing() is Standing.OUTSIDE
    other = Database(database_url, Keys(MASTER), clock)
    name, _, title = SHOWN[OUTSIDER].partition(" - ")
    put_roster(other, BOT, GROUP, [*ROSTER, RosterEntry(full_name=name, title=title, uid=OUTSIDER)])
    other.close()
    assert standing() is Standing.LISTED


def test_who_has_left_is_known_until_the_return_unless_in_the_group_with_another_account(
    database: Database, units: UnitsOfWork
) -> None:
    seen_in_the_group(units)
    with units.begin() as uow:
        both = [Member(uid=uid, display_name=SHOWN[uid], global_id="G1") for uid in (FIRST, SECOND)]
        uow.members.link_global_ids(BOT, both)
        director = uow.people.find(BOT, DIRECTOR)
    assert director
    told = {"account": BOT, "thread_id": GROUP, "sender_uid": DIRECTOR}
    moved = (NamedUid(uid=DIRECTOR), NamedUid(uid=FIRST))
    with units.begin() as uow:
        left = MembersLeft(at=START + timedelta(hours=1), members=moved, **told)
        uow.members.learn_names(BOT, left, None)
    with units.begin() as uow:
        assert uow.members.departed(BOT, GROUP) == {director.id}
        uow.members.learn_names(BOT, MembersJoined(at=START + timedelta(hours=2), members=moved, **told), None)
    with units.begin() as uow:
        assert uow.members.departed(BOT, GROUP) == set()
