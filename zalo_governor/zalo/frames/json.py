"""Reads JSON from Zalo: fast with orjson, and exactly where orjson would round large numbers or fail."""

import json
from typing import Any

import orjson

_DIGITS = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else 0x20 for byte in range(256))
_TWENTY_DIGITS = b"0" * 20


def read_json(text: bytes) -> Any:
    """Parse JSON; integers beyond 64 bits become strings of digits, so that they stay exact and can be written again.

    Raises:
        ValueError: the text is not JSON in UTF-8, or is nested too deep to read.
    """
    # orjson silently turns integers beyond 64 bits into floats; twenty digits in a row may be such an integer.
    if _TWENTY_DIGITS not in text.translate(_DIGITS):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            pass
    return _read_slowly(text.decode("utf-8-sig"))


def read_json_text(text: str) -> Any:
    """Parse JSON given as `str`; returns and raises the same as `read_json`."""
    return read_json(text.encode("utf-8"))


def canonical(value: Any) -> bytes:
    """Serialise a JSON value with sorted keys, so that equal values give equal bytes.

    Raises:
        ValueError: the value is nested too deep to be written as JSON.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise ValueError("cannot be written as JSON") from None


def _read_slowly(text: str) -> Any:
    try:
        value = json.loads(text, parse_int=_exact_int, parse_constant=lambda _: None)
        plain = json.dumps(value, ensure_ascii=False)
        # A lone surrogate cannot be encoded in UTF-8: no database, log or socket accepts it.
        encoded = plain.encode("utf-8", "replace")
        return value if encoded.decode() == plain else json.loads(encoded)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _exact_int(digits: str) -> int | str:
    if len(digits) > 20:
        return digits
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else digits
