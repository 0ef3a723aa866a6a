"""Removes, from what is received, content of messages that were sealed because a scan found a state secret in a file.

Such a message may be received again, by another bot account or revised; replies and pins repeat its caption, file name
and thumbnail's address. The secret gate need not recognise any of these.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from zalo_governor.domain.inbound import Entry, Seal
from zalo_governor.storage.repositories.bodies import MAY_REPEAT, key_of_repeated, storable, without_repeated
from zalo_governor.storage.repositories.inbox_rows import seal_of
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS
from zalo_governor.storage.schema import file_scans, inbox

_TEXT = "webchat"
"""Zalo's msgType of messages without an attachment, which are never scanned."""
_Place = tuple[str, str]
"""(conversation, Zalo's id of a message), as stored."""


def without_sealed(connection: Connection, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries without content of messages that a scan has sealed; `entries` itself if nothing changes.

    An entry of such a message becomes sealed; of replies to it and of its pins, only the repeated content is removed.
    """
    places = {place for entry in entries for place in _places(entry)}
    seals = _late_seals(connection, places) if places else {}
    return [_admissible(entry, seals) for entry in entries] if seals else entries


def _places(entry: Entry) -> Iterable[_Place]:
    if entry.kind not in MAY_REPEAT or entry.raw is None or not entry.is_group:
        return
    thread_id = storable(entry.thread_id)
    if entry.raw.get("msgType", _TEXT) != _TEXT:
        yield thread_id, storable(entry.key)
    if repeated := key_of_repeated(entry.raw):
        yield thread_id, repeated


def _late_seals(connection: Connection, places: set[_Place]) -> dict[_Place, Seal]:
    """Return place -> seal of scanned messages that are sealed, except those sealed for what they quote."""
    columns: list[Any] = [inbox.c[name] for name in SEAL_COLUMNS]
    wanted = (
        select(file_scans.c.group_id, file_scans.c.message_key, *columns)
        .join(inbox, inbox.c.id == file_scans.c.event_id)
        .where(
            file_scans.c.group_id.in_({thread_id for thread_id, _ in places}),
            file_scans.c.message_key.in_({key for _, key in places}),
            inbox.c.seal_rule.is_not(None),
        )
    )
    found: dict[_Place, Seal] = {}
    for group_id, message_key, *values in connection.execute(wanted):
        seal = seal_of(values)
        if seal is not None and not seal.quoted:
            found[group_id, message_key] = seal
    return found


def _admissible(entry: Entry, seals: dict[_Place, Seal]) -> Entry:
    for thread_id, key in _places(entry):
        seal = seals.get((thread_id, key))
        if seal is None:
            continue
        if key == storable(entry.key):
            return entry._replace(raw=None, seal=seal)
        return entry._replace(raw=without_repeated(entry.raw or {}))
    return entry
