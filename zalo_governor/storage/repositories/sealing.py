"""Seals messages that are stored already: removes their content from all tables, as it may be a state secret.

Article 5 of Law 117/2025/QH15 forbids storing it. Rows stay, with what may be kept: ids, sender, times, a keyed hash.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from zalo_governor.domain.directives import CODE_PREFIX, DirectiveState
from zalo_governor.domain.jobs import JobKind, JobOutcome
from zalo_governor.domain.notices import Purpose
from zalo_governor.storage.engine.batches import in_batches
from zalo_governor.storage.repositories.jobs import target_mac
from zalo_governor.storage.schema import (
    PENDING,
    accounts,
    case_events,
    cases,
    directive_assignees,
    directive_people,
    directives,
    events,
    findings,
    group_changes,
    inbox,
    jobs,
    outbox,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT, Keys

SEAL_COLUMNS = ("seal_rule", "seal_label", "seal_level", "seal_size", "seal_mac", "seal_clause", "seal_quoted")
"""Names of the inbox columns that say what is stored of a sealed entry in place of its content."""
_RULE, _QUOTED = SEAL_COLUMNS.index("seal_rule"), SEAL_COLUMNS.index("seal_quoted")
REFUSED_IF_PENDING: dict[str, ColumnElement[str]] = {
    "state": case((outbox.c.state.in_(PENDING), "refused"), else_=outbox.c.state)
}
"""Column values for a notice whose text was removed: state refused if it was still to be sent, else unchanged."""


def seal_stored(connection: Connection, keys: Keys, sealed: Mapping[int, Sequence[Any]]) -> int:
    """Seal these inbox entries: remove their content, possible state secrets, from all tables.

    `sealed` is inbox entry id -> values of SEAL_COLUMNS, which are stored in place of the content. Returns how many of
    the entries still had content. The caller must call `Database.erase_traces` in the same transaction.
    """
    done = 0
    for part in in_batches(list(sealed)):
        # Of a message that only quoted the content, the attachment is its own and still has to be scanned.
        cancel_scans(connection, keys, [id_ for id_ in part if not sealed[id_][_QUOTED]])
        held = connection.scalars(select(inbox.c.id).where(inbox.c.id.in_(part), inbox.c.body.is_not(None))).all()
        places = connection.execute(select(inbox.c.thread_id, inbox.c.key).where(inbox.c.id.in_(held))).all()
        for place in places:
            _withdraw_directives(connection, keys, place.thread_id, place.key)
        if not held:
            continue
        for id_ in held:
            values = dict(zip(SEAL_COLUMNS, sealed[id_], strict=True))
            connection.execute(update(inbox).where(inbox.c.id == id_).values(body=None, **values))
        bare = {"sealed": True, "field": None, "spans": None, "excerpt": None, "suggestion": None}
        connection.execute(update(findings).where(findings.c.event_id.in_(held)).values(bare))
        connection.execute(update(events).where(events.c.id.in_(held)).values(sealed=True, length=0))
        pins = group_changes.c.group_id.in_({place.thread_id for place in places}), group_changes.c.event_id.in_(held)
        connection.execute(update(group_changes).where(*pins).values(body=NO_LONGER_KEPT))
        under = select(case_events.c.case_id).where(case_events.c.event_id.in_(held))
        connection.execute(update(cases).where(cases.c.id.in_(under)).values(reason=None))
        # Other cases of the message, such as one on a caption or a reply's own words, are not of the secret.
        of_secret = cases.c.id.in_(under), cases.c.rule_id.in_({sealed[id_][_RULE] for id_ in held})
        connection.execute(update(cases).where(*of_secret).values(sealed=True))
        # A notice about a case quotes the message.
        connection.execute(
            update(outbox)
            .where(outbox.c.case_id.in_(under))
            .values(body=NO_LONGER_KEPT, file=None, **REFUSED_IF_PENDING)
        )
        # So do answers to commands, and a request that is about several cases and stands under another one.
        numbers = connection.scalars(under.distinct()).all()
        since = select(func.min(cases.c.opened_ms)).where(cases.c.id.in_(numbers)).scalar_subquery()
        quoting = outbox.c.purpose.in_((Purpose.REPLY.value, Purpose.MEMBER_REQUEST.value))
        _remove_notices(connection, keys, "VP", numbers, quoting, outbox.c.created_ms >= since)
        done += len(held)
    return done


def cancel_scans(connection: Connection, keys: Keys, event_ids: Sequence[int]) -> None:
    """Settle the scans of these events' attachments that still wait, and erase what they hold of the messages."""
    for part in in_batches(list(event_ids)):
        targets = [target_mac(keys, JobKind.SCAN_ATTACHMENT, str(id_)) for id_ in part]
        scans = (
            jobs.c.account.in_(select(accounts.c.uid)),
            jobs.c.kind == JobKind.SCAN_ATTACHMENT.value,
            jobs.c.target.in_(targets),
            jobs.c.due_ms.is_not(None),
        )
        settled = {"due_ms": None, "leased_until_ms": None, "task": None, "outcome": JobOutcome.NOT_FOUND.value}
        connection.execute(update(jobs).where(*scans).values(settled))


def _withdraw_directives(connection: Connection, keys: Keys, group_id: str, message_key: str) -> None:
    """Withdraw the directives that a message gave; remove their texts, also from the bot's messages about them."""
    of_message = (directives.c.group_id == group_id, directives.c.message_key == message_key)
    numbers = connection.scalars(select(directives.c.id).where(*of_message)).all()
    if not numbers:
        return
    withdrawn = {"body": NO_LONGER_KEPT, "state": DirectiveState.WITHDRAWN.value}
    connection.execute(update(directives).where(directives.c.id.in_(numbers)).values(withdrawn))
    asked = directive_people.c.directive_id.in_(numbers)
    connection.execute(update(directive_people).where(asked).values(live=False))
    named = directive_assignees.c.directive_id.in_(numbers)
    connection.execute(update(directive_assignees).where(named).values(name=NO_LONGER_KEPT))
    since = select(func.min(directives.c.at_ms)).where(directives.c.id.in_(numbers)).scalar_subquery()
    _remove_notices(connection, keys, CODE_PREFIX, numbers, outbox.c.case_id.is_(None), outbox.c.created_ms >= since)


def _remove_notices(
    connection: Connection, keys: Keys, prefix: str, numbers: Sequence[int], *among: ColumnElement[bool]
) -> None:
    """Remove the texts of the bot's messages that name one of these directives or cases, as they quote it.

    No column says about which ones a message is, as it may be about several: their codes (`prefix` and number) are
    searched in its text. `among` are SQL conditions on the messages.
    """
    code = re.compile(rf"\b{prefix}(?:{'|'.join(map(str, numbers))})\b")
    kept = select(outbox).where(outbox.c.body != NO_LONGER_KEPT, *among)
    named = [
        row.id
        for row in (connection.execute(kept) if numbers else ())
        if code.search(keys.open_text(row.body, "outbox", row.account, row.thread_id))
    ]
    for part in in_batches(named):
        connection.execute(
            update(outbox).where(outbox.c.id.in_(part)).values(body=NO_LONGER_KEPT, file=None, **REFUSED_IF_PENDING)
        )
