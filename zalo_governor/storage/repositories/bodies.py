"""Encrypts elements received from Zalo (JSON) for the inbox, and escapes strings that databases reject."""

import json
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple, cast

import orjson

from zalo_governor.domain.inbound import NESTED_TOO_DEEP, ElementKind, RawDict
from zalo_governor.storage.security.crypto import Keys, binding

MAY_REPEAT = frozenset({ElementKind.MESSAGE, ElementKind.NOTICE, ElementKind.GROUP_ACT})
"""Kinds of elements that may repeat words of a message: replies, those of unknown types among them, and pins."""
_QUOTE_IDS = ("ownerId", "cliMsgId", "globalMsgId", "cliMsgType", "ts", "ttl")
"""Fields of a quote that say which message is quoted, but nothing of its content."""
_TOPIC, _PINNED = ("content", "data", "topic"), "params"
"""Where a notice of a pin holds the pinned message: its ids, its sender and its words."""
_EXACT = b" "
"""Prefix of JSON that `json` restores exactly but `orjson` does not: integers beyond 64 bits, lone surrogates."""


class Repeated(NamedTuple):
    """The id of a message whose words another element repeats."""

    id: str
    by_client: bool
    """True: the id that the client of the message's sender chose (cliMsgId). False: Zalo's id (msgId)."""


def seal_message(keys: Keys, account: str, thread_id: str, key: str, raw: RawDict) -> bytes:
    """Encrypt an element (message, act or receipt) as received from Zalo, for the inbox.

    The ciphertext can be decrypted only with the same account, thread (conversation) and key, each in stored form.
    """
    return keys.seal(_json(raw), binding("inbox", account, thread_id, key))


def open_message(keys: Keys, account: str, thread_id: str, key: str, sealed: bytes) -> RawDict:
    """Decrypt what `seal_message` returned for the same account, thread and key; raise WrongKeyError on failure."""
    plain = keys.open(sealed, binding("inbox", account, thread_id, key))
    if not plain.startswith(_EXACT):
        return cast("RawDict", orjson.loads(plain))
    try:
        return cast("RawDict", json.loads(plain))
    except RecursionError:  # the writer had more of the stack left
        return dict(NESTED_TOO_DEEP)


def repeats(keys: Keys, account: str, thread_id: str, key: str, sealed: bytes, ids: Collection[Repeated]) -> bool:
    """Return whether a stored element repeats words of the message that has these ids.

    The other arguments are those of `open_message`. Fast, as most elements are ruled out without being parsed.
    """
    plain = keys.open(sealed, binding("inbox", account, thread_id, key))
    if not any(one.id.encode() in plain for one in ids):
        return False
    return repeated_by(open_message(keys, account, thread_id, key, sealed)) in ids


def repeated_by(raw: RawDict) -> Repeated | None:
    """Return the id of the message that a reply quotes, or that a notice of a pin shows; None for other elements.

    The id is Zalo's if the element gives it, else the client's.
    """
    inner = raw.get("quote")
    names = "globalMsgId", "cliMsgId"
    if not isinstance(inner, dict):
        inner, names = raw, ("global_msg_id", "client_msg_id")
        for name in (*_TOPIC, _PINNED):
            inner = _object(inner).get(name)
    for by_client, name in enumerate(names):
        if (given := str(_object(inner).get(name) or "0")) != "0":
            return Repeated(storable(given), bool(by_client))
    return None


def without_repeated(raw: RawDict) -> RawDict:
    """Return a reply or a notice of a pin without the words of the message that it repeats, but with its ids."""
    quote = raw.get("quote")
    if isinstance(quote, dict):
        return raw | {"quote": {name: quote[name] for name in _QUOTE_IDS if name in quote}}
    return _without(raw, *_TOPIC, _PINNED)


def _without(value: object, name: str, *further: str) -> RawDict:
    kept = dict(_object(value))
    if name in kept:
        inner = kept.pop(name)
        if further:
            kept[name] = _without(inner, *further)
    return kept


def _object(value: object) -> RawDict:
    """Return a JSON object, which Zalo may have written as text into another one; {} for anything else."""
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            value = orjson.loads(value)
    return cast("RawDict", value) if isinstance(value, dict) else {}


def storable(text: str) -> str:
    """Escape lone surrogates and NUL in a string, which databases reject.

    Senders choose some ids; an id that cannot be stored must not make a whole batch fail.
    """
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
        # Zalo never nests this deep; the element becomes a dead letter instead of stopping its batch.
        return orjson.dumps(NESTED_TOO_DEEP)
