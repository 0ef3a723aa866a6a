"""The door: looked at in memory, before anything is written.

Article 5 of Law 117/2025/QH15 forbids to store state secrets on a machine in a network, so a suspected one must be
recognised before the store. The door looks at every string of the raw element, known field or not, down into JSON
that hides in strings; the parser's field table is checked against it by a test.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import unquote

import structlog

from zalo_governor.domain.findings import Finding
from zalo_governor.domain.inbound import NESTED_TOO_DEEP, Element, ElementKind, Entry, RawDict, Seal
from zalo_governor.pipeline.ports import Mac
from zalo_governor.text.fold import skeleton

UNCHECKED = "unchecked"
"""Label of an element that was sealed because the check itself failed."""
_QUOTE = "quote"
"""Zalo's name for the message that a reply quotes, as its client sends it along."""
_MAX_DEPTH = 12
_NUMBERED = frozenset({ElementKind.MESSAGE, ElementKind.RECALL, ElementKind.DELETION, ElementKind.REACTION})
"""Kinds whose key is Zalo's own msgId."""
_SHORTEST = 3

log = structlog.get_logger(__name__)


class Inspector(Protocol):
    """A rule that can look at a single string."""

    @property
    def id(self) -> str:
        """The rule's id."""
        ...

    def inspect(self, text: str) -> Finding | None:
        """The finding on that string, if any."""
        ...


class SecretGate:
    """Lets an element in with its body, or sealed. Fits pipeline.ports.Door."""

    def __init__(self, inspectors: Sequence[Inspector], mac: Mac) -> None:
        self._inspectors = tuple(inspectors)
        self._mac = mac

    def apply(self, inspectors: Sequence[Inspector]) -> None:
        """Look with these from the next element on."""
        self._inspectors = tuple(inspectors)

    def enter(self, element: Element, received_ms: int) -> Entry:
        """The element as it may be written. If the check itself fails, the element is sealed too."""
        seal = self.look(element.raw)
        if seal is None:
            account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, said, raw = element
            return Entry(
                account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, received_ms,
                self._mac(said), raw, None,
            )  # fmt: skip
        return Entry(
            account=element.account,
            thread_id=self._bare_id(element.thread_id),
            is_group=element.is_group,
            kind=element.kind,
            key=self._sealed_key(element),
            cli_key=self._bare_id(element.cli_key) if element.cli_key else element.cli_key,
            sender_uid=self._bare_id(element.sender_uid),
            at_ms=element.at_ms,
            source=element.source,
            received_ms=received_ms,
            fingerprint=self._mac(element.said),
            raw=None,
            seal=seal,
        )

    def _sealed_key(self, element: Element) -> str:
        """The identity of what was sealed. Where it is a digest of the content, only the keyed hash of that is kept."""
        return self._bare_id(element.key) if element.kind in _NUMBERED else self._hashed(element.key)

    def _bare_id(self, given: str) -> str:
        """An id of a sealed element as it may be kept. Some are made by the sender's client, which may write words."""
        return given if given.isdecimal() or not given else self._hashed(given)

    def _hashed(self, given: str) -> str:
        return self._mac(given.encode("utf-8", "surrogatepass")).hex()

    def look(self, raw: RawDict) -> Seal | None:
        """The seal that the element must get, None where it may be kept."""
        text = ""
        rule_id = "door"
        if raw == NESTED_TOO_DEEP:
            return self._seal(rule_id, UNCHECKED, None, text)
        inspectors = self._inspectors
        try:
            for texts, quoted in _in_turn(raw):
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
        try:
            # Signs alone have no skeleton, and two of those need not be the same.
            content = (skeleton(text) or text).encode("utf-8", "surrogatepass")
        except Exception:
            content = text.encode("utf-8", "surrogatepass")
        return Seal(rule_id=rule_id, label=label, level=level, size=len(text), mac=self._mac(content))


def _in_turn(raw: RawDict) -> list[tuple[list[str], bool]]:
    """All strings, and whether they stand in the quote; the quote last, so that a re-post accuses."""
    quote = raw.get(_QUOTE)
    if not quote:
        return [(strings_of(raw), False)]
    rest = {key: value for key, value in raw.items() if key != _QUOTE}
    return [(strings_of(rest), False), (strings_of(quote), True)]


def strings_of(value: Any) -> list[str]:
    """Every string in a decoded JSON value that could hold words, keys included, and those inside JSON strings.

    Deeper than twelve levels the rest is given as its JSON text, so that nothing escapes by nesting; broken JSON is
    given as it stands and with its escapes resolved, an address also with its percent signs resolved.
    """
    found: list[str] = []
    _gather(value, 0, found)
    return found


def _gather(value: Any, depth: int, found: list[str]) -> None:
    if isinstance(value, str):
        if len(value) >= _SHORTEST and not value.isdecimal():
            _read(value, depth, found)
    elif depth >= _MAX_DEPTH and isinstance(value, (dict, list)):
        found.append(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, list):
        for item in value:
            _gather(item, depth + 1, found)
    elif isinstance(value, dict):
        for item in value.values():
            # Most values of an element are numbers, also those in strings: no call is made for them.
            if item.__class__ is str:
                if len(item) >= _SHORTEST and not item.isdecimal():
                    _read(item, depth + 1, found)
            elif item.__class__ is not int:
                _gather(item, depth + 1, found)
        if not _wire_keys.issuperset(value):
            found += [key for key in value if key not in _wire_keys and not _is_wire_key(key)]


def _read(text: str, depth: int, found: list[str]) -> None:
    if text[0] in _BEFORE_JSON and depth < _MAX_DEPTH:
        try:
            nested = _JSON.decode(text.lstrip(_BLANKS))
        except ValueError:
            pass
        else:
            _gather(nested, depth + 1, found)
            return
    found.append(text)
    if "%" in text and (address := unquote(text)) != text:
        found.append(address)
    if "\\u" in text:
        found.append(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text))


def _is_wire_key(key: str) -> bool:
    """Whether Zalo itself could have made it; what it made comes again with every element and is remembered."""
    if len(key) > _LONGEST_WIRE_KEY or not key.isidentifier() or not key.isascii():
        return False
    if len(_wire_keys) < _MOST_WIRE_KEYS:
        _wire_keys.add(key)
    return True


def _all_of(pairs: list[tuple[str, Any]]) -> list[Any]:
    """What an object in a string says, keys included, since somebody may have typed it; also under a key that stands
    twice and of which JSON keeps the last alone."""
    return [value for _, value in pairs] + [key for key, _ in pairs]


_LONGEST_WIRE_KEY = 24
"""Zalo's own keys are short English names; any other was not made by Zalo and is looked at like a value."""
_MOST_WIRE_KEYS = 2_000
_wire_keys: set[str] = set()
_BLANKS = "\ufeff \t\n\r"
_BEFORE_JSON = "{[" + _BLANKS
# At least as lenient as the parser: what this does not read, nobody else may read as JSON either.
_JSON = json.JSONDecoder(object_pairs_hook=_all_of, parse_int=str)
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
