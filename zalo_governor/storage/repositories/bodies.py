"""Encrypts elements received from Zalo (JSON) for the inbox, and escapes strings that databases reject."""

import json
from typing import cast

import orjson

from zalo_governor.domain.inbound import NESTED_TOO_DEEP, RawDict
from zalo_governor.storage.security.crypto import Keys, binding

_EXACT = b" "
"""Prefix of JSON that `json` restores exactly but `orjson` does not: integers beyond 64 bits, lone surrogates."""


def seal_message(keys: Keys, account: str, thread_id: str, key: str, raw: RawDict) -> bytes:
    """Encrypt an element (message, act or receipt) as received from Zalo, for the inbox.

    The ciphertext can be decrypted only with the same account, thread (conversation) and key, given as stored.
    """
    return keys.seal(_json(raw), _place(account, thread_id, key))


def open_message(keys: Keys, account: str, thread_id: str, key: str, sealed: bytes) -> RawDict:
    """Decrypt what `seal_message` returned for the same account, thread and key; raise WrongKeyError on failure."""
    plain = keys.open(sealed, _place(account, thread_id, key))
    if not plain.startswith(_EXACT):
        return cast("RawDict", orjson.loads(plain))
    try:
        return cast("RawDict", json.loads(plain))
    except RecursionError:  # the writer had more of the stack left
        return dict(NESTED_TOO_DEEP)


def quotes(keys: Keys, account: str, thread_id: str, key: str, sealed: bytes, quoted_key: str) -> bool:
    """Return whether a stored message quotes the message with Zalo's id `quoted_key` (`quote.globalMsgId`).

    The first arguments are those of `open_message`. Most messages are told apart without being parsed.
    """
    if quoted_key.encode() not in keys.open(sealed, _place(account, thread_id, key)):
        return False
    quote = open_message(keys, account, thread_id, key, sealed).get("quote")
    return isinstance(quote, dict) and str(quote.get("globalMsgId", "")) == quoted_key


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


def _place(account: str, thread_id: str, key: str) -> bytes:
    return binding("inbox", account, thread_id, key)
