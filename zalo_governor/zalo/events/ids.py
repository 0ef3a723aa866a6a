"""Reads ids and times from Zalo's JSON, where they are sometimes strings, sometimes numbers, and sometimes missing."""

import hashlib

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.frames.json import read_json_text

_EARLIEST_MS = 1_262_304_000_000  # the year 2010, before Zalo existed
_MAX_CLOCK_SKEW_MS = 60_000
"""How many ms the time of a message or other element may lie in the future.

One with a later time would count as the last one received before a gap, and hide what was missed in the gap.
"""
_LONGEST_ID = 200
"""Length limit of ids in characters: Zalo's have up to 20 digits, but a client can invent some, and ids are indexed."""


def json_object(value: object) -> RawDict:
    """Return a JSON object as a dict, whether Zalo sent it as an object or as a string of JSON.

    Raises:
        ValueError: the value is neither.
    """
    if isinstance(value, str):
        value = read_json_text(value)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - broken JSON and a wrong type are one and the same here
    return value


def as_object(value: object) -> RawDict:
    """Return what `json_object` returns, but {} where that raises ValueError."""
    try:
        return json_object(value)
    except ValueError:
        return {}


def json_array(value: object) -> list[RawDict]:
    """Return a JSON array of objects as a list, whether Zalo sent it as an array or as a string of JSON.

    Raises:
        ValueError: the value is neither, is empty, or holds anything but objects.
    """
    if isinstance(value, str):
        value = read_json_text(value)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise ValueError("not an array of objects")
    return value


def as_id(value: object) -> str:
    """Return an id as a string, whether Zalo sent a string or an integer; "" for anything else, or if too long."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_ID else ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def id_in(content: RawDict, *names: str) -> str:
    """Return the first id that the fields `names` give; "" if none does. The id 0 means "not given"."""
    return next((id_ for name in names if (id_ := as_id(content.get(name))) not in {"", "0"}), "")


def int_or_none(value: object) -> int | None:
    """Return a whole number, whether Zalo sent an integer or a string; None for anything else."""
    if value.__class__ is int:  # the fast path, taken nearly always
        return value
    try:
        return int(as_id(value))
    except ValueError:
        return None


def is_set(value: object) -> bool:
    """Return whether a flag of Zalo (0 or 1) is set, whether Zalo sent an integer or a string, or left it out."""
    return bool(value) and value != "0"


def settings_of(given: RawDict) -> dict[str, int]:
    """Return the settings of a group that Zalo sent, as numbers by their names; others are left out."""
    numbers = {name: int_or_none(int(value) if isinstance(value, bool) else value) for name, value in given.items()}
    return {name: number for name, number in numbers.items() if number is not None}


def uid_of(value: object, account: str) -> str:
    """Return a uid (user id) as a string; "0", by which Zalo means the receiving account, is replaced by `account`."""
    uid = as_id(value)
    return account if uid == "0" else uid


def group_id_of(value: object) -> str:
    """Return the id of a group as a string, without the prefix "g" that Zalo's history call adds."""
    return as_id(value).removeprefix("g")


def time_of(value: object, now_ms: int) -> int:
    """Return Zalo's time in ms since 1970; `now_ms` if it is missing, before 2010, or over a minute in the future."""
    try:
        milliseconds = int(value if isinstance(value, float) else as_id(value))
    except (ValueError, OverflowError):
        return now_ms
    return milliseconds if _EARLIEST_MS < milliseconds < now_ms + _MAX_CLOCK_SKEW_MS else now_ms


def digest(said: bytes) -> str:
    """Return a hash of an element's content as 32 hexadecimal digits: the id of elements to which Zalo gives none."""
    return hashlib.blake2b(said, digest_size=16).hexdigest()
