"""Describes what Zalo sent by its structure alone: no text, name, address, number or key of a person remains.

A description has the form of the JSON that it describes. Its leaves are words: the type, and `~` with a coarse length
of a text (`str~32`), `#` with a number that stands for an id (`int#4`, `str#4` for the same id as text), or `=` with a
constant of the protocol (`int=3`, `str=chat.delete`). JSON inside a text is described too, under the key `~json`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from zalo_governor.domain.inbound import ElementKind, RawDict
from zalo_governor.zalo.events.ids import as_object

Structure = Any
"""A description: a word, a list of descriptions, or a dict of them."""

JSON_TEXT = "~json"
"""Key of the description of JSON that came as text."""
OTHER_KEYS = "~other"
"""Key for the list of the descriptions of those values whose own keys may be a person's words."""
MORE = "~more"
"""Word in place of what was left out of a long list or a large value."""

_CONSTANTS = frozenset({
    "type", "actionType", "action", "actionId", "act", "act_type", "msgType", "rType", "cmd", "sub", "st", "at",
    "status", "source", "deleteMsg", "layoutType", "error", "error_code", "hasMore", "isOld", "isFiltered", "more",
    "evict", "e2ee", "lockViewMember",
})  # fmt: skip
"""Fields whose value is a constant of the protocol if it is a small number or a short word."""
_KEY = re.compile(r"[a-z][A-Za-z0-9_]{0,23}|\d{3}_\d")
"""Zalo's keys are short English names, or the name of a queue (`511_1`)."""
_WORD = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_DETAIL = re.compile(r"~\d+|(?<=#)\d+")
_MOST_DIGITS = 2
"""Most digits of a key or word of Zalo; an account number or a token has more."""
_LONGEST_WORD = 32
_LARGEST_CONSTANT = 999
_SMALLEST_ID = 10**8
"""Ids and times in milliseconds are larger, and so are telephone numbers."""
_DEEPEST = 12
_MOST_ITEMS = 8
_MOST_VALUES = 2_000
"""Most values of one description; what follows is left out."""


class Describer:
    """Describes the values of one recording; the same id gets the same number in all of them, so that relations show.

    `first` is the number of the first new id, larger than 1 if a recording is continued.
    """

    def __init__(self, first: int = 1) -> None:
        self.next_number = first
        self._numbers: dict[int, int] = {}
        self._left = 0

    def describe(self, value: object) -> Structure:
        """Return the structure of a decoded JSON value; never raises, whatever the value holds."""
        self._left = _MOST_VALUES
        return self._describe(value, "", 0)

    def _describe(self, value: object, field: str, depth: int) -> Structure:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            return MORE
        match value:
            case None:
                return "null"
            case bool():
                return "bool"
            case int():
                return f"int{self._of_number(value, field) or ''}"
            case float():
                return "float"
            case str():
                return self._of_text(value, field, depth)
            case dict():
                return self._of_object(value, depth)
            case list() | tuple():
                described = [self._describe(item, field, depth + 1) for item in value[:_MOST_ITEMS]]
                return [*described, MORE] if len(value) > _MOST_ITEMS else described
        return "unknown"

    def _of_number(self, number: int, field: str) -> str:
        """Return what is kept of a number: "=…" for 0, -1 and protocol constants, "#…" for ids, "" for all others."""
        if number in {0, -1} or (field in _CONSTANTS and abs(number) <= _LARGEST_CONSTANT):
            return f"={number}"
        if abs(number) < _SMALLEST_ID:
            return ""
        if number not in self._numbers:
            self._numbers[number] = self.next_number
            self.next_number += 1
        return f"#{self._numbers[number]}"

    def _of_text(self, text: str, field: str, depth: int) -> Structure:
        stripped = text.strip()
        if stripped[:1] in {"{", "["}:
            try:
                return {JSON_TEXT: self._describe(json.loads(stripped), field, depth + 1)}
            except (ValueError, RecursionError):
                pass
        if text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_WORD:
            kept = self._of_number(int(text), field)
            if kept:
                return f"str{kept}"
        if field in _CONSTANTS and is_word(text):
            return f"str={text}"
        return f"str~{_coarse(len(text))}"

    def _of_object(self, value: dict[Any, Any], depth: int) -> Structure:
        described: dict[str, Structure] = {}
        others: list[Structure] = []
        for key, item in value.items():
            if self._left <= 0:
                break
            if isinstance(key, str) and _few_digits(key) and _KEY.fullmatch(key):
                described[key] = self._describe(item, key, depth + 1)
            else:
                others.append(self._describe(item, "", depth + 1))
        if others:
            described[OTHER_KEYS] = [*others[:_MOST_ITEMS], MORE] if len(others) > _MOST_ITEMS else others
        return described


def kind_of(kind: ElementKind, raw: RawDict) -> str:
    """Return the name of the kind of an element, by which its structure is looked up.

    It is Zalo's msgType, with `:` and the `action` if the content has one; `group/<act>` for a change of a group.
    """
    content = as_object(raw.get("content"))
    if "act" in content:
        return f"{_word(content.get('act_type'))}/{_word(content['act'])}"
    if kind is ElementKind.RECEIPT:
        return "receipt"
    name = _word(raw.get("msgType") or "webchat")
    action = content.get("action")
    return f"{name}:{_word(action)}" if isinstance(action, str) and action else name


def fields_of(structure: Structure, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, form) of each value of a description: (`content[].type`, `int=3`), (`content.cliMsgId`, `int#`).

    A form is a word without lengths and numbers of ids, or `object`, `list`, `json` (an object or list as text).
    """
    if isinstance(structure, dict) and JSON_TEXT in structure:
        yield path, "json"
        for inner in fields_of(structure[JSON_TEXT], path):
            if inner[0] != path:
                yield inner
    elif isinstance(structure, dict):
        yield path, "object"
        for key, item in structure.items():
            inside = ((OTHER_KEYS, each) for each in item) if key == OTHER_KEYS else [(key, item)]
            for name, value in inside:
                yield from fields_of(value, f"{path}.{name}" if path else name)
    elif isinstance(structure, list):
        yield path, "list"
        for item in structure:
            if item != MORE:
                yield from fields_of(item, f"{path}[]")
    elif structure != MORE:
        yield path, _DETAIL.sub("", structure)


def is_word(text: str) -> bool:
    """Return whether a text is a short word of the protocol, such as `chat.e2ee.replace`, rather than a person's."""
    return len(text) <= _LONGEST_WORD and _few_digits(text) and _WORD.fullmatch(text) is not None


def is_constant(path: str) -> bool:
    """Return whether Zalo's protocol fixes the value of the field at the end of a path, so that values are compared.

    False for `cmd`, which says only in which frame an element came.
    """
    return path != "cmd" and path.removesuffix("[]").rpartition(".")[2] in _CONSTANTS


def _word(given: object) -> str:
    return given if isinstance(given, str) and is_word(given) else "?"


def _few_digits(text: str) -> bool:
    return sum(map(str.isdecimal, text)) <= _MOST_DIGITS or re.fullmatch(r"\d{3}_\d", text) is not None


def _coarse(length: int) -> int:
    """Return the smallest power of two that is not less than a length; 0 for 0."""
    return 1 << (length - 1).bit_length() if length else 0
