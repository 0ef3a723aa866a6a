"""Ids and times as Zalo writes them: now strings, now numbers, now left out."""

import hashlib

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.frames.json import read_json_text

_EARLIEST_MS = 1_262_304_000_000  # 2010, before Zalo was
_CLOCKS_APART_MS = 60_000
"""An element of a later time would stand for what was last heard before a gap, and hide what was missed in it."""
_LONGEST_ID = 200
"""Zalo's have up to twenty digits; the sender's client makes some of them up, and an index takes no page of text."""


def json_object(value: object) -> RawDict:
    """An object that Zalo sends now as such and now as a JSON string.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        value = read_json_text(value)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - broken JSON and a wrong type are one and the same here
    return value


def as_id(value: object) -> str:
    """An id, which Zalo sends now as a string and now as a number; "" for anything else."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_ID else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def uid_of(value: object, account: str) -> str:
    """A uid; Zalo's "0" is the account itself."""
    uid = as_id(value)
    return account if uid == "0" else uid


def group_id_of(value: object) -> str:
    """The id of a group."""
    # The history call writes "g123" for group 123.
    return as_id(value).removeprefix("g")


def time_of(value: object, now_ms: int) -> int:
    """Milliseconds since 1970, or `now_ms` where Zalo gives no believable time: before Zalo was, or yet to come."""
    try:
        milliseconds = int(value if isinstance(value, float) else as_id(value))
    except (ValueError, OverflowError):
        return now_ms
    return milliseconds if _EARLIEST_MS < milliseconds < now_ms + _CLOCKS_APART_MS else now_ms


def digest(said: bytes) -> str:
    """What stands for an id where Zalo gives none: 32 hexadecimal digits, the same for the same bytes."""
    return hashlib.blake2b(said, digest_size=16).hexdigest()
