"""Removes, from what is received, content of messages that were sealed because a scan found a state secret in a file.

Such a message may be received again, by another bot account or revised; replies and pins repeat its caption, file name
and thumbnail's address. The secret gate need not recognise any of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from zalo_governor.domain.inbound import Entry, Seal
from zalo_governor.storage.repositories.bodies import MAY_REPEAT, Repeated, repeated_by, storable, without_repeated
from zalo_governor.storage.repositories.inbox_rows import seal_of
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS
from zalo_governor.storage.schema import file_scans, inbox

_TEXT = "webchat"
"""Zalo's msgType of messages without an attachment, which are never scanned."""


class _Place(NamedTuple):
    """A conversation, as stored, and an id of a message in it."""

    thread_id: str
    message: Repeated


def without_sealed(connection: Connection, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries without content of messages that a scan has sealed; `entries` itself if nothing changes.

    An entry of such a message becomes sealed; of replies to it and of its pins, only the repeated content is removed.
    """
    places = {place: entry.account for entry in entries for place in _places(entry)}
    seals = _late_seals(connection, places) if places else {}
    return [_admissible(entry, seals) for entry in entries] if seals else entries


def _places(entry: Entry) -> Iterable[_Place]:
    if entry.kind not in MAY_REPEAT or entry.raw is None or not entry.is_group:
        return
    thread_id = storable(entry.thread_id)
    if entry.raw.get("msgType", _TEXT) != _TEXT:
        yield _Place(thread_id, Repeated(storable(entry.key), by_client=False))
    if repeated := repeated_by(entry.raw):
        yield _Place(thread_id, repeated)


def _late_seals(connection: Connection, places: Mapping[_Place, str]) -> dict[_Place, Seal]:
    """Return place -> seal of scanned messages that are sealed, except those sealed for what they quote.

    The value of a place is the bot account that received the element which names the message.
    """
    columns: list[Any] = [inbox.c[name] for name in SEAL_COLUMNS]
    scanned = (
        select(file_scans.c.group_id, file_scans.c.message_key, inbox.c.cli_key, *columns)
        .join(inbox, inbox.c.id == file_scans.c.event_id)
        .where(inbox.c.seal_rule.is_not(None))
    )
    found: dict[_Place, Seal] = {}
    for by_client in (False, True):
        named = [place for place in places if place.message.by_client is by_client]
        groups, ids = {place.thread_id for place in named}, {place.message.id for place in named}
        accounts = {places[place] for place in named}
        where = (
            (inbox.c.account.in_(accounts), inbox.c.thread_id.in_(groups), inbox.c.cli_key.in_(ids))
            if by_client
            else (file_scans.c.group_id.in_(groups), file_scans.c.message_key.in_(ids))
        )
        for group_id, key, cli_key, *values in connection.execute(scanned.where(*where)) if named else ():
            seal = seal_of(values)
            if seal is not None and not seal.quoted:
                found[_Place(group_id, Repeated(cli_key if by_client else key, by_client))] = seal
    return found


def _admissible(entry: Entry, seals: dict[_Place, Seal]) -> Entry:
    for place in _places(entry):
        seal = seals.get(place)
        if seal is None:
            continue
        if place.message == Repeated(storable(entry.key), by_client=False):
            return entry._replace(raw=None, seal=seal)
        return entry._replace(raw=without_repeated(entry.raw or {}))
    return entry
