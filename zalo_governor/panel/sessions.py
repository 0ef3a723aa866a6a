"""Sessions of the panel: a login link begins a session, a secret in a cookie identifies it."""

from collections.abc import Sequence

from zalo_governor.domain.panel import PanelKeyKind
from zalo_governor.domain.people import Person
from zalo_governor.features.panel.access import begin_session, end_session
from zalo_governor.features.panel.commands import LeavePanel
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route


class Sessions:
    """Begins and ends sessions, and finds the person of a session by its secret; every method reads the database."""

    def __init__(self, office: Office, routes: Sequence[Route]) -> None:
        self._office = office
        self._routes = routes

    def is_link(self, secret: str) -> bool:
        """Return whether the secret belongs to a login link that is neither used nor older than ten minutes."""
        with self._office.units.begin(reading=True) as uow:
            return uow.panel_keys.holder(secret, self._office.clock(), PanelKeyKind.LINK) is not None

    def begin_session(self, link_secret: str) -> str | None:
        """Use up a login link and begin a session; return the session's secret, None if the link is used or too old."""
        with self._office.units.begin() as uow:
            begun = begin_session(uow, link_secret, self._office.clock())
        return begun[1] if begun else None

    def end_session(self, secret: str, everywhere: bool) -> str:
        """End the session, or all sessions of its person if `everywhere`; return the text that the page shows."""
        person = self.person(secret)
        if person is not None:  # Without a session, no writing transaction: others would wait for it.
            with self._office.units.begin() as uow:
                if everywhere and (answer := self._office.book.carry_out(uow, person, LeavePanel.word)):
                    return answer.texts[0]
                end_session(uow, person.id, secret, self._office.clock())
        return "Đồng chí đã thoát."

    def person(self, secret: str) -> Person | None:
        """Return the person whose session has this secret; None if it has ended, or the person may open no page."""
        if not secret:
            return None
        with self._office.units.begin(reading=True) as uow:
            person_id = uow.panel_keys.holder(secret, self._office.clock())
            person = None if person_id is None else uow.people.get(person_id)
        return person if person and self.menu(person) else None

    def menu(self, person: Person) -> list[tuple[str, str]]:
        """Return the address and title of each page for which the person has a role in any group."""
        groups = self._office.policy.governed
        return [
            (route.path, route.title)
            for route in self._routes
            if route.title and any(person.holds(group.id, *route.roles) for group in groups)
        ]
