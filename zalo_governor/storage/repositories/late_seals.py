"""Keeps out of the inbox what was sealed late: content of a message in whose attachment a scan found a state secret.

The message may be received again, by another bot account or revised, and replies quote it, with its caption, the name
of its file and the address of its thumbnail. None of these need contain a word that the secret gate knows.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from zalo_governor.domain.inbound import ElementKind, Entry, RawDict, Seal
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.inbox_rows import seal_of
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS
from zalo_governor.storage.schema import file_scans, inbox

_QUOTE_IDS = ("ownerId", "cliMsgId", "globalMsgId", "cliMsgType", "ts", "ttl")
"""Fields of a quote that say which message is quoted, but nothing of its content."""
_TEXT = "webchat"
"""Zalo's msgType of messages without an attachment, which are never scanned."""
_Place = tuple[str, str]
"""(conversation, Zalo's id of a message), as stored."""


def without_sealed(connection: Connection, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries as they may be stored: sealed where they repeat a message that a scan has sealed.

    Of a reply to such a message, only the content of the quote is removed. If nothing changes, the result is `entries`.
    """
    places = {place for entry in entries for place in _places(entry)}
    seals = _late_seals(connection, places) if places else {}
    return [_admissible(entry, seals) for entry in entries] if seals else entries


def _places(entry: Entry) -> Iterable[_Place]:
    if entry.kind not in {ElementKind.MESSAGE, ElementKind.NOTICE} or entry.raw is None or not entry.is_group:
        return
    thread_id = storable(entry.thread_id)
    if entry.raw.get("msgType", _TEXT) != _TEXT:
        yield thread_id, storable(entry.key)
    if quoted := _quoted_key(entry.raw):
        yield thread_id, quoted


def _quoted_key(raw: RawDict) -> str:
    quote = raw.get("quote")
    return storable(str(quote.get("globalMsgId", ""))) if isinstance(quote, dict) else ""


def _late_seals(connection: Connection, places: set[_Place]) -> dict[_Place, Seal]:
    """Return place -> seal of those messages that were scanned and are sealed themselves, not for what they quote."""
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
        raw = entry.raw or {}
        ids = {name: raw["quote"][name] for name in _QUOTE_IDS if name in raw["quote"]}
        return entry._replace(raw=raw | {"quote": ids})
    return entry
