"""Links and sessions of the panel in each database: by hashes alone, each link once."""

from datetime import timedelta

from sqlalchemy import select

from tests.integration.seen import person
from tests.unit.storage.stored import START
from zalo_governor.domain.panel import PanelKeyKind
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import panel_keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

HOUR = timedelta(hours=1)


def test_a_link_is_used_once_and_only_hashes_are_stored(units: UnitsOfWork, database: Database) -> None:
    with units.begin() as uow:
        who = person(uow)
        uow.panel_keys.add(PanelKeyKind.LINK, "bi-mat-mot", who, START, START + HOUR)
        uow.panel_keys.add(PanelKeyKind.SESSION, "bi-mat-hai", who, START, START + HOUR)
    with database.read() as connection:
        stored = connection.execute(select(panel_keys)).all()
    assert len(stored) == 2
    assert "bi-mat" not in str(stored)
    with units.begin() as uow:
        assert uow.panel_keys.holder("bi-mat-mot", START) is None, "a link is no session"
        assert uow.panel_keys.use_link("bi-mat-hai", START) is None, "nor a session a link"
        moments = (START, START, START + HOUR)  # Looking uses nothing up.
        assert [uow.panel_keys.holder("bi-mat-mot", at, PanelKeyKind.LINK) for at in moments] == [who, who, None]
        assert uow.panel_keys.use_link("bi-mat-mot", START) == who
        assert uow.panel_keys.use_link("bi-mat-mot", START) is None
        assert uow.panel_keys.holder("bi-mat-hai", START) == who
        assert uow.panel_keys.holder("bi-mat-hai", START + HOUR) is None


def test_what_has_expired_is_forgotten_and_a_person_can_end_all(units: UnitsOfWork, database: Database) -> None:
    with units.begin() as uow:
        who = person(uow)
        uow.panel_keys.add(PanelKeyKind.LINK, "cu", who, START, START + HOUR)
        uow.panel_keys.add(PanelKeyKind.SESSION, "moi", who, START + 2 * HOUR, START + 3 * HOUR)
        uow.panel_keys.add(PanelKeyKind.LINK, "chua-dung", who, START + 2 * HOUR, START + 3 * HOUR)
    with database.read() as connection:
        assert len(connection.execute(select(panel_keys)).all()) == 2
    with units.begin() as uow:
        assert uow.panel_keys.end_all(who) == 1
        assert uow.panel_keys.holder("moi", START + 2 * HOUR) is None
