"""The secret gate: checks each received element (message, reaction …) for state secrets before anything is stored.

Article 5 of Law 117/2025/QH15 forbids storing state secrets on a networked machine, so a suspected one must be
recognised before the store. The gate checks every string of the raw element, in known and unknown fields, including
JSON nested in strings; a test compares the parser's field table with it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import unquote

import structlog

from zalo_governor.domain.cases import UNCHECKED
from zalo_governor.domain.findings import Finding
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, Element, ElementKind, Entry, RawDict, Seal
from zalo_governor.pipeline.ports import Mac
from zalo_governor.text.fold import skeleton

_QUOTE = "quote"
"""Zalo's JSON key for the quoted message in a reply; its content is written by the sender's client, not by Zalo."""
_MAX_DEPTH = 12
"""Nesting depth from which values are checked as one JSON text instead of string by string."""
_KEYED_BY_MSG_ID = frozenset(
    {ElementKind.MESSAGE, ElementKind.NOTICE, ElementKind.RECALL, ElementKind.DELETION, ElementKind.REACTION}
)
"""Kinds of elements whose `key` is normally Zalo's msgId; all others have a hash of their content as key."""
_MOST_UNQUOTED = 3
"""How often percent-encoding is resolved: an address within an address is encoded once more."""
_MIN_LENGTH = 3
"""Length in characters of the shortest string that is checked."""

log = structlog.get_logger(__name__)


class Inspector(Protocol):
    """A rule that can check a single string for a state secret."""

    @property
    def id(self) -> str:
        """Return the rule's id."""
        ...

    def inspect(self, text: str) -> Finding | None:
        """Return what the rule finds in the string; None if nothing."""
        ...


class SecretGate:
    """Turns elements into inbox entries, sealed (without any content) if the content may be a state secret.

    `inspectors` are the rules that check every string of an element; `mac` computes the keyed hashes of contents.
    """

    def __init__(self, inspectors: Sequence[Inspector], mac: Mac) -> None:
        self._inspectors = tuple(inspectors)
        self._mac = mac

    def apply(self, inspectors: Sequence[Inspector]) -> None:
        """Replace the rules from the next element on; called when the configuration has changed."""
        self._inspectors = tuple(inspectors)

    def enter(self, element: Element, received_ms: int) -> Entry:
        """Return the element as an entry that may be stored: with its body, or sealed if it may be a state secret.

        If the check itself fails, the entry is sealed too. `received_ms` is our time of reception.
        """
        seal = self.look(element.raw)
        if seal is None:
            return Entry(*element[:9], received_ms, self._mac(element.said), element.raw, None)
        return Entry(
            account=element.account,
            thread_id=self._storable_id(element.thread_id),
            is_group=element.is_group,
            kind=element.kind,
            key=self._sealed_key(element),
            cli_key=self._storable_id(element.cli_key) if element.cli_key else element.cli_key,
            sender_uid=self._storable_id(element.sender_uid),
            at_ms=element.at_ms,
            source=element.source,
            received_ms=received_ms,
            fingerprint=self._mac(element.said),
            raw=None,
            seal=seal,
        )

    def _sealed_key(self, element: Element) -> str:
        """Return the id to store for a sealed element: its msgId, or a keyed hash if the id is a content hash."""
        return self._storable_id(element.key) if element.kind in _KEYED_BY_MSG_ID else self._keyed_hash(element.key)

    def _storable_id(self, given: str) -> str:
        """Return an id if it is a number, else its keyed hash: a sender's client may put text where an id belongs."""
        return given if given.isdecimal() or not given else self._keyed_hash(given)

    def _keyed_hash(self, given: str) -> str:
        """Return the keyed hash of a string as hexadecimal digits."""
        return self._mac(given.encode("utf-8", "surrogatepass")).hex()

    def look(self, raw: RawDict) -> Seal | None:
        """Check an element as Zalo sent it; return its seal if it may be a state secret, else None.

        A seal is what may be stored about the element in place of its content.
        """
        text = ""
        rule_id = "door"
        if raw == NESTED_TOO_DEEP:
            return self._seal(rule_id, UNCHECKED, None, text)
        inspectors = self._inspectors
        try:
            for texts, quoted in _strings_by_part(raw):
                for text in texts:
                    for inspector in inspectors:
                        rule_id = inspector.id
                        finding = inspector.inspect(text)
                        if finding is not None and finding.seals:
                            seal = self._seal(rule_id, finding.label, finding.level, text)
                            return seal._replace(clause=finding.clause, quoted=quoted)
        except Exception as error:
            log.error("door_failed", rule=rule_id, error=type(error).__name__)
            return self._seal(rule_id, UNCHECKED, None, text)
        return None

    def _seal(self, rule_id: str, label: str, level: str | None, text: str) -> Seal:
        """Return a seal (stored in place of the content) with the keyed hash and the length of the recognised text."""
        try:
            # A text of punctuation only has an empty skeleton; different ones must not get the same hash.
            content = (skeleton(text) or text).encode("utf-8", "surrogatepass")
        except Exception:
            content = text.encode("utf-8", "surrogatepass")
        return Seal(rule_id=rule_id, label=label, level=level, size=len(text), mac=self._mac(content))


def _strings_by_part(raw: RawDict) -> list[tuple[list[str], bool]]:
    """Return the strings of an element and, separately, those of a message that it quotes, as (strings, is quoted).

    The quote comes last, so that content which the sender also posted outside the quote counts as the sender's own.
    """
    quote = raw.get(_QUOTE)
    if not quote:
        return [(strings_of(raw), False)]
    rest = {key: value for key, value in raw.items() if key != _QUOTE}
    return [(strings_of(rest), False), (strings_of(quote), True)]


def strings_of(value: Any) -> list[str]:
    """Return every string of a JSON value that may contain text, including keys and JSON inside strings.

    Values nested deeper than twelve levels are returned as JSON text, so that they are checked too. Broken JSON is
    returned as it is and with escapes resolved; a URL also with percent-encoding resolved.
    """
    found: list[str] = []
    _collect_strings(value, 0, found)
    return found


def _collect_strings(value: Any, depth: int, found: list[str]) -> None:
    """Append the strings of a decoded JSON value, nested in `depth` others, to `found`."""
    if isinstance(value, str):
        if len(value) >= _MIN_LENGTH and not value.isdecimal():
            _collect_text(value, depth, found)
    elif depth >= _MAX_DEPTH and isinstance(value, (dict, list)):
        found.append(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, list):
        for item in value:
            _collect_strings(item, depth + 1, found)
    elif isinstance(value, dict):
        for item in value.values():
            # Speed: most values are numbers or strings of digits, which need no call.
            if item.__class__ is str:
                if len(item) >= _MIN_LENGTH and not item.isdecimal():
                    _collect_text(item, depth + 1, found)
            elif item.__class__ is not int:
                _collect_strings(item, depth + 1, found)
        if not _zalo_keys.issuperset(value):
            found += [key for key in value if key not in _zalo_keys and not _is_zalo_key(key)]


def _collect_text(text: str, depth: int, found: list[str]) -> None:
    """Append a string to `found`; if the string is JSON, append the strings inside it instead."""
    if text[0] in _JSON_STARTS and depth < _MAX_DEPTH:
        try:
            nested = _JSON.decode(text.lstrip(_BLANKS))
        except ValueError:
            pass
        else:
            _collect_strings(nested, depth + 1, found)
            return
    found.append(text)
    address = text
    for _ in range(_MOST_UNQUOTED):
        if "%" not in address or (inner := unquote(address)) == address:
            break
        found.append(address := inner)
    if "\\u" in text:
        found.append(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text))


def _is_zalo_key(key: str) -> bool:
    """Return whether a JSON key may be one of Zalo's own, not text typed by a person; remember it if so, for speed."""
    if len(key) > _LONGEST_ZALO_KEY or not key.isidentifier() or not key.isascii():
        return False
    if len(_zalo_keys) < _MOST_ZALO_KEYS:
        _zalo_keys.add(key)
    return True


def _values_and_keys(pairs: list[tuple[str, Any]]) -> list[Any]:
    """Return all values and keys of a JSON object, for which the decoder passes its (key, value) pairs.

    A dict would lose all but the last value of a repeated key. Keys are included as a person may have typed them.
    """
    return [value for _, value in pairs] + [key for key, _ in pairs]


_LONGEST_ZALO_KEY = 24
"""Length of Zalo's longest JSON key. Its keys are short English names; any other key is checked like a value."""
_MOST_ZALO_KEYS = 2_000
"""Most JSON keys that are remembered in `_zalo_keys`."""
_zalo_keys: set[str] = set()
"""JSON keys seen so far that may be Zalo's own, and so need no check."""
_BLANKS = "\ufeff \t\n\r"
_JSON_STARTS = "{[" + _BLANKS
# At least as lenient as the parser: JSON that the gate cannot decode must not be decoded later either.
_JSON = json.JSONDecoder(object_pairs_hook=_values_and_keys, parse_int=str)
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
