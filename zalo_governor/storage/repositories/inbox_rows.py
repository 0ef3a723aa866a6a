"""Converts inbox entries (elements received from Zalo) to rows of the table `inbox` and back."""

from collections.abc import Sequence
from typing import Any

from zalo_governor.domain.inbound import Admitted, ElementKind, Entry, Seal, Source
from zalo_governor.storage.repositories.bodies import open_message, seal_message, storable
from zalo_governor.storage.schema import inbox
from zalo_governor.storage.security.crypto import Keys

_SEAL = [column.name for column in inbox.c if column.name.startswith("seal_")]
_LATEST_MS = 1 << 42
"""Limit of Zalo's times, which are about 2^41 ms now; absurd ones are stored as 0, so as not to break the batch."""


def row_of(keys: Keys, entry: Entry) -> dict[str, Any]:
    """Convert an inbox entry to its row without id, with the body encrypted; a sealed entry has no body."""
    account, thread_id, key = entry.account, storable(entry.thread_id), storable(entry.key)
    raw = None if entry.seal else entry.raw
    return {
        "account": account,
        "thread_id": thread_id,
        "is_group": entry.is_group,
        "kind": entry.kind.value,
        "key": key,
        "cli_key": None if entry.cli_key is None else storable(entry.cli_key),
        "sender_uid": storable(entry.sender_uid),
        "at_ms": entry.at_ms if 0 <= entry.at_ms < _LATEST_MS else 0,
        "source": entry.source.value,
        "received_ms": entry.received_ms,
        "fingerprint": entry.fingerprint,
        "state": "done",
        "body": None if raw is None else seal_message(keys, account, thread_id, key, raw),
        **dict(zip(_SEAL, entry.seal or [None] * len(_SEAL), strict=True)),
    }


def admitted_of(keys: Keys, row: Sequence[Any]) -> Admitted:
    """Convert a row to an inbox entry, decrypting the body.

    `row` holds the table's columns in order, then whether the entry is a revision (new content of an earlier entry).

    Raises:
        WrongKeyError: the body cannot be decrypted.
    """
    (
        id_, account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, received_ms, fingerprint,
        _, body, *seal, _, _, revision,
    ) = row  # fmt: skip
    raw = None if body is None else open_message(keys, account, thread_id, key, body)
    entry = Entry(
        account, thread_id, is_group, ElementKind(kind), key, cli_key, sender_uid, at_ms, Source(source),
        received_ms, fingerprint, raw, seal_of(seal),
    )  # fmt: skip
    return Admitted(id_, entry, bool(revision))


def seal_of(values: Sequence[Any]) -> Seal | None:
    """Convert the columns `seal_…` to a Seal (what is stored instead of a secret); None if there is none."""
    rule_id, label, level, size, mac, clause, quoted = values
    return None if rule_id is None else Seal(rule_id, label, level, size, mac, clause, bool(quoted))
