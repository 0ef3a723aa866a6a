"""JSON as it comes off the wire: fast where it is well behaved, exact where it is not."""

import json
from typing import Any

import orjson

_DIGITS = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else 0x20 for byte in range(256))
_TWENTY_DIGITS = b"0" * 20


def read_json(text: bytes) -> Any:
    """The value; whole numbers beyond 64 bits come as their digits, so that they stay exact and can be written again.

    Raises:
        ValueError: not JSON in UTF-8, or nested too deep to read.
    """
    # orjson silently makes floats of whole numbers beyond 64 bits; twenty digits in a row may be one.
    if _TWENTY_DIGITS not in text.translate(_DIGITS):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    return _read_patiently(text.decode("utf-8-sig"))


def read_json_text(text: str) -> Any:
    """The value of JSON that stands inside a string; raises like `read_json`."""
    return read_json(text.encode("utf-8"))


def canonical(value: Any) -> bytes:
    """The same bytes for the same JSON value, whatever the order of its keys.

    Raises:
        ValueError: nested deeper than the store could write.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise ValueError("cannot be written as JSON") from None


def _read_patiently(text: str) -> Any:
    try:
        value = json.loads(text, parse_int=_exact, parse_constant=lambda _: None)
        plain = json.dumps(value, ensure_ascii=False)
        if plain.isascii() or _is_utf8(plain):
            return value
        # Half of a surrogate pair: no database, log or socket takes it.
        return json.loads(plain.encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def _exact(digits: str) -> int | str:
    if len(digits) > 20:
        return digits
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else digits


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
