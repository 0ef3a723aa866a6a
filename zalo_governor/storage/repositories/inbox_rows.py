"""An entry as a row of the inbox, and back."""

from collections.abc import Sequence
from typing import Any

from zalo_governor.domain.inbound import Admitted, ElementKind, Entry, Seal, Source
from zalo_governor.storage.repositories.bodies import open_message, seal_message, storable
from zalo_governor.storage.schema import inbox
from zalo_governor.storage.security.crypto import Keys

WITHOUT_SEAL = [column.name for column in inbox.c if not column.name.startswith("seal_") and column.name != "reason"]
"""The columns of an entry with a body."""
WITH_SEAL = [column.name for column in inbox.c if column.name != "reason"]
"""Those of a sealed one."""
_LATEST_MS = 1 << 42
"""Zalo's times are about 2^41; an absurd one must not break the batch that it comes in."""


def row_of(keys: Keys, entry: Entry) -> tuple[Any, ...]:
    """Without the id: the values of WITHOUT_SEAL or, where nothing may be kept, of WITH_SEAL; the body encrypted."""
    account, thread_id, key = entry.account, storable(entry.thread_id), storable(entry.key)
    raw = None if entry.seal else entry.raw
    return (
        account,
        thread_id,
        entry.is_group,
        entry.kind.value,
        key,
        None if entry.cli_key is None else storable(entry.cli_key),
        storable(entry.sender_uid),
        entry.at_ms if 0 <= entry.at_ms < _LATEST_MS else 0,
        entry.source.value,
        entry.received_ms,
        entry.fingerprint,
        "done",
        None if raw is None else seal_message(keys, account, thread_id, key, raw),
        *(entry.seal or ()),
    )


def admitted_of(keys: Keys, row: Sequence[Any]) -> Admitted:
    """`row` has the table's columns in their order, and whether it is a revision.

    Raises:
        WrongKeyError: the body does not open.
    """
    (
        id_, account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, received_ms, fingerprint,
        _, body, *seal, _, revision,
    ) = row  # fmt: skip
    raw = None if body is None else open_message(keys, account, thread_id, key, body)
    entry = Entry(
        account, thread_id, is_group, ElementKind(kind), key, cli_key, sender_uid, at_ms, Source(source),
        received_ms, fingerprint, raw, _seal(seal),
    )  # fmt: skip
    return Admitted(id_, entry, bool(revision))


def _seal(values: Sequence[Any]) -> Seal | None:
    """By its columns, which stand in the order of its fields."""
    rule_id, label, level, size, mac, clause, quoted = values
    return None if rule_id is None else Seal(rule_id, label, level, size, mac, clause, bool(quoted))
