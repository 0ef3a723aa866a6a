"""Seals messages that are stored already: removes their content from all tables, as it may be a state secret.

Article 5 of Law 117/2025/QH15 forbids storing it. Rows stay, with what may be kept: ids, sender, times, a keyed hash.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, select, update

from zalo_governor.domain.directives import DirectiveState
from zalo_governor.storage.engine.batches import in_batches
from zalo_governor.storage.schema import (
    PENDING,
    case_events,
    cases,
    directive_people,
    directives,
    events,
    findings,
    inbox,
    outbox,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT

SEAL_COLUMNS = ("seal_rule", "seal_label", "seal_level", "seal_size", "seal_mac", "seal_clause", "seal_quoted")
"""Names of the inbox columns that say what is stored of a sealed entry in place of its content."""
REFUSED_IF_PENDING: dict[str, ColumnElement[str]] = {
    "state": case((outbox.c.state.in_(PENDING), "refused"), else_=outbox.c.state)
}
"""Column values for a notice whose text was removed: state refused if it was still to be sent, else unchanged."""


def seal_stored(connection: Connection, sealed: Mapping[int, Sequence[Any]]) -> int:
    """Seal these inbox entries: remove their content, possible state secrets, from all tables.

    `sealed` is inbox entry id -> values of SEAL_COLUMNS, which are stored in place of the content. Returns how many of
    the entries still had content. The caller has the write-ahead log truncated after the commit
    (`Database.erase_traces`).
    """
    done = 0
    for part in in_batches(list(sealed)):
        held = connection.scalars(select(inbox.c.id).where(inbox.c.id.in_(part), inbox.c.body.is_not(None))).all()
        for place in connection.execute(select(inbox.c.thread_id, inbox.c.key).where(inbox.c.id.in_(held))).all():
            of_message = (directives.c.group_id == place.thread_id, directives.c.message_key == place.key)
            withdrawn = {"body": NO_LONGER_KEPT, "state": DirectiveState.WITHDRAWN.value}
            connection.execute(update(directives).where(*of_message).values(withdrawn))
            asked = directive_people.c.directive_id.in_(select(directives.c.id).where(*of_message))
            connection.execute(update(directive_people).where(asked).values(live=False))
        for id_ in held:
            values = dict(zip(SEAL_COLUMNS, sealed[id_], strict=True))
            connection.execute(update(inbox).where(inbox.c.id == id_).values(body=None, **values))
        bare = {"sealed": True, "field": None, "spans": None, "excerpt": None, "suggestion": None}
        connection.execute(update(findings).where(findings.c.event_id.in_(held)).values(bare))
        connection.execute(update(events).where(events.c.id.in_(held)).values(sealed=True, length=0))
        under = select(case_events.c.case_id).where(case_events.c.event_id.in_(held))
        connection.execute(update(cases).where(cases.c.id.in_(under)).values(sealed=True, reason=None))
        # A notice about a case quotes the message.
        connection.execute(
            update(outbox)
            .where(outbox.c.case_id.in_(under))
            .values(body=NO_LONGER_KEPT, file=None, **REFUSED_IF_PENDING)
        )
        done += len(held)
    return done
