"""Links and sessions of the panel; of their secrets (long random texts), only keyed hashes are stored."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.panel import PanelKeyKind
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.identity import living
from zalo_governor.storage.schema import panel_keys


class PanelKeys(Repository):
    """Repository of the links and sessions that let people into the panel (the pages in a browser)."""

    def add(self, kind: PanelKeyKind, secret: str, person_id: int, at: datetime, expires: datetime) -> None:
        """Store the secret of a person's link or session, valid until `expires`; delete all that have expired."""
        self._tx.execute(delete(panel_keys).where(panel_keys.c.expires_ms <= to_ms(at)))
        row = {
            "mac": self._mac(secret),
            "kind": kind.value,
            "person_id": person_id,
            "made_ms": to_ms(at),
            "expires_ms": to_ms(expires),
        }
        self._tx.execute(insert(panel_keys).values(row))

    def use_link(self, secret: str, now: datetime) -> int | None:
        """Return the id of the person whose link has this secret, and delete the link; None if unknown or expired."""
        link = panel_keys.c.mac == self._mac(secret), panel_keys.c.kind == PanelKeyKind.LINK.value
        used = delete(panel_keys).where(*link).returning(panel_keys.c.person_id, panel_keys.c.expires_ms)
        row = self._tx.execute(used).first()
        return None if row is None or row.expires_ms <= to_ms(now) else living(self._tx.connection, row.person_id)

    def holder(self, secret: str, now: datetime, kind: PanelKeyKind = PanelKeyKind.SESSION) -> int | None:
        """Return the id of the person whose session (or link) has this secret; None if unknown, ended or expired."""
        wanted = select(panel_keys.c.person_id).where(
            panel_keys.c.mac == self._mac(secret),
            panel_keys.c.kind == kind.value,
            panel_keys.c.expires_ms > to_ms(now),
        )
        found: int | None = self._tx.execute(wanted).scalar()
        return None if found is None else living(self._tx.connection, found)

    def end(self, secret: str) -> None:
        """End the session with this secret."""
        self._tx.execute(delete(panel_keys).where(panel_keys.c.mac == self._mac(secret)))

    def end_all(self, person_id: int) -> int:
        """End all sessions of a person and void the person's links; return how many sessions there were."""
        ended = delete(panel_keys).where(panel_keys.c.person_id == person_id).returning(panel_keys.c.kind)
        return sum(row.kind == PanelKeyKind.SESSION.value for row in self._tx.execute(ended))

    def _mac(self, secret: str) -> bytes:
        return self._tx.keys.mac(b"panel:" + secret.encode(errors="surrogatepass"))
