"""Links and sessions of the panel: a person asks for a link in the chat or on the server, a browser uses it once."""

from datetime import datetime
from secrets import token_urlsafe

from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.panel import LINK_LASTS, SESSION_LASTS, PanelKeyKind
from zalo_governor.storage.unit_of_work import UnitOfWork

ENTRY = "/vao/"
"""Path of the page that a link leads to; the secret follows."""
_BYTES = 32


def issue_link(uow: UnitOfWork, base: str, person_id: int, now: datetime, *, by: str) -> str:
    """Return a link that opens the panel at address `base` for the person, once and within `LINK_LASTS`; audit that.

    `by` says in the audit log how the link was asked for: `chat` or `server`.
    """
    secret = token_urlsafe(_BYTES)
    uow.panel_keys.add(PanelKeyKind.LINK, secret, person_id, now, now + LINK_LASTS)
    uow.audit.append("panel.link", at=now, actor_id=person_id, group_id=NO_GROUP, detail={"way": by})
    return f"{base}{ENTRY}{secret}"


def begin_session(uow: UnitOfWork, link_secret: str, now: datetime) -> tuple[int, str] | None:
    """Use up a link; return (id of the person, secret of the new session); None if the link is not valid."""
    person_id = uow.panel_keys.use_link(link_secret, now)
    if person_id is None:
        return None
    secret = token_urlsafe(_BYTES)
    uow.panel_keys.add(PanelKeyKind.SESSION, secret, person_id, now, now + SESSION_LASTS)
    uow.audit.append("panel.entered", at=now, actor_id=person_id, group_id=NO_GROUP, detail={})
    return person_id, secret


def end_session(uow: UnitOfWork, person_id: int, secret: str, now: datetime) -> None:
    """End the person's session that has this secret, and audit that."""
    uow.panel_keys.end(secret)
    _note_end(uow, person_id, now, 1)


def end_sessions(uow: UnitOfWork, person_id: int, now: datetime) -> int:
    """End all sessions of the person, and audit that; return how many there were."""
    count = uow.panel_keys.end_all(person_id)
    _note_end(uow, person_id, now, count)
    return count


def _note_end(uow: UnitOfWork, person_id: int, now: datetime, count: int) -> None:
    uow.audit.append("panel.left", at=now, actor_id=person_id, group_id=NO_GROUP, detail={"sessions": count})
