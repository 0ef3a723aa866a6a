"""What members tell the office, as the store keeps it."""

from datetime import timedelta

from sqlalchemy import select

from tests.unit.storage.stored import BOT, GROUP, MEMBER, START
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.after_restore import look_ahead
from zalo_governor.storage.schema import remarks
from zalo_governor.storage.unit_of_work import UnitsOfWork

HOUR = timedelta(hours=1)


def test_remarks_are_numbered_by_kind_kept_encrypted_and_counted(database: Database) -> None:
    units = UnitsOfWork(database)
    for place, kind in enumerate([RemarkKind.INCIDENT, RemarkKind.SUGGESTION, RemarkKind.SUGGESTION]):
        with units.begin() as uow:
            person = uow.people.find_or_create(BOT, MEMBER)
            assert person is not None
            at = START + place * HOUR
            uow.feedback.add(kind, group_id=GROUP, person_id=person.id, text=f"Lời thứ {place}", at=at)
    with units.begin() as uow:
        found = uow.feedback.between(GROUP, RemarkKind.SUGGESTION, START, START + 9 * HOUR)
        assert [(remark.code, remark.text) for remark in found] == [("GY-1", "Lời thứ 1"), ("GY-2", "Lời thứ 2")]
        voice = uow.distributions.members_voice(GROUP, START, START + 2 * HOUR)
        assert (voice.incidents, voice.suggestions) == (1, 1)
        uow.feedback.mark_told(found[:1], START)
    with units.begin() as uow:
        assert [remark.code for remark in uow.feedback.untold([GROUP], RemarkKind.SUGGESTION)] == ["GY-2"]
    with database.read() as connection:
        assert not [row for row in connection.scalars(select(remarks.c.body)) if "Lời".encode() in row]


def test_no_number_of_a_remark_that_members_may_know_is_given_again_after_a_restore(database: Database) -> None:
    def add(kind: RemarkKind, after: timedelta) -> str:
        with UnitsOfWork(database).begin() as uow:
            person = uow.people.find_or_create(BOT, MEMBER)
            assert person is not None
            return uow.feedback.add(kind, group_id=GROUP, person_id=person.id, text="Lời", at=START + after).code

    assert [add(RemarkKind.INCIDENT, place * HOUR) for place in range(2)] == ["SC-1", "SC-2"]
    with database.write() as connection:
        look_ahead(connection, START + 2 * HOUR)
    assert [add(RemarkKind.INCIDENT, place * HOUR) for place in (3, 4)] == ["SC-103", "SC-104"]
    assert [add(RemarkKind.SUGGESTION, place * HOUR) for place in (3, 4)] == ["GY-101", "GY-102"]
