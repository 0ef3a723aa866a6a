"""How a wire element is written: its JSON, encrypted, tied to its place; and strings that any database takes."""

import json
from typing import cast

import orjson

from zalo_governor.domain.inbound import NESTED_TOO_DEEP, RawDict
from zalo_governor.storage.security.crypto import Keys, binding

_EXACT = b" "
"""In front of JSON that only the slow library reads back exactly: integers beyond 64 bits, lone surrogates."""


def seal_message(keys: Keys, account: str, thread_id: str, key: str, raw: RawDict) -> bytes:
    """The raw dict as ciphertext, bound to the place where it will stand, named as the database names it."""
    return keys.seal(_json(raw), _place(account, thread_id, key))


def open_message(keys: Keys, account: str, thread_id: str, key: str, sealed: bytes) -> RawDict:
    """What `seal_message` sealed; raises WrongKeyError where it does not open."""
    plain = keys.open(sealed, _place(account, thread_id, key))
    if not plain.startswith(_EXACT):
        return cast("RawDict", orjson.loads(plain))
    try:
        return cast("RawDict", json.loads(plain))
    except RecursionError:  # whoever wrote it stood nearer to the bottom of the stack
        return dict(NESTED_TOO_DEEP)


def storable(text: str) -> str:
    """The text as every database takes it. Senders choose some ids: a lone surrogate or a NUL must not stop a batch."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _json(raw: RawDict) -> bytes:
    try:
        return orjson.dumps(raw)
    except TypeError:
        pass
    try:
        return _EXACT + json.dumps(raw).encode()
    except RecursionError:
        # Nothing that Zalo says nests by the hundred; it becomes a dead letter instead of stopping its batch.
        return orjson.dumps(NESTED_TOO_DEEP)


def _place(account: str, thread_id: str, key: str) -> bytes:
    return binding("inbox", account, thread_id, key)
