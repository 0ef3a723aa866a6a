"""Protocol of the repository of links and sessions of the panel (the pages in a browser)."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.panel import PanelKeyKind


class PanelKeys(Protocol):
    """Repository of the secrets that let people into the panel; it holds keyed hashes, never the secrets."""

    def add(self, kind: PanelKeyKind, secret: str, person_id: int, at: datetime, expires: datetime) -> None:
        """Store that `secret`, a long random text, is the person's until `expires`; forget all that have expired."""
        ...

    def use_link(self, secret: str, now: datetime) -> int | None:
        """Return the id of the person whose link this is, and forget the link; None if there is none, or no longer."""
        ...

    def holder(self, secret: str, now: datetime, kind: PanelKeyKind = PanelKeyKind.SESSION) -> int | None:
        """Return the id of the person whose session or link this is; None if it has ended, or there never was one."""
        ...

    def end(self, secret: str) -> None:
        """End one session."""
        ...

    def end_all(self, person_id: int) -> int:
        """End all sessions of a person and void the person's links; return how many sessions there were."""
        ...
