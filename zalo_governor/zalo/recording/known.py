"""Compares the structure of an element with the known ones: the table `known.json`, made from the corpus of frames.

`python -m tests.wire.known` writes the table anew from `tests/wire/*.jsonl`; a test keeps the two in agreement.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

from zalo_governor.zalo.recording.structure import Structure, fields_of, is_constant

_FILE = Path(__file__).with_name("known.json")
_PLAIN = {"int=0": "int", "int=-1": "int", "str=0": "str", "str=-1": "str"}
"""Forms that are no more than a number or a text, except in a field of constants."""


class KnownKind(NamedTuple):
    """What is known of the structure of one kind of element, such as `chat.undo`."""

    forms: dict[str, list[str]]
    """Path of a field -> the forms that its value may have (`structure.fields_of`)."""
    always: list[str]
    """Paths of the fields that every known element of this kind has."""


class Difference(NamedTuple):
    """One field of a structure that differs from what is known: its path, the known forms and the present form.

    `known` is () for a new field; `now` is "" for a missing one.
    """

    path: str
    known: tuple[str, ...]
    now: str


Table = Mapping[str, KnownKind]


@cache
def known_structures() -> Table:
    """Return the shipped table: kind (`structure.kind_of`) -> what is known of its structure."""
    return {kind: KnownKind(*given) for kind, given in orjson.loads(_FILE.read_bytes()).items()}


def table_of(structures: Iterable[tuple[str, Structure]]) -> dict[str, KnownKind]:
    """Return the table of what is known of each kind, made from a corpus of (kind, structure) pairs."""
    seen: dict[str, list[dict[str, list[str]]]] = {}
    for kind, structure in structures:
        seen.setdefault(kind, []).append(_forms(structure))
    table = {}
    for kind, all_forms in sorted(seen.items()):
        paths = sorted({path for forms in all_forms for path in forms})
        forms = {path: sorted({form for each in all_forms for form in each.get(path, ())}) for path in paths}
        table[kind] = KnownKind(forms, [path for path in paths if all(path in each for each in all_forms)])
    return table


def compare(kind: str, structure: Structure, table: Table) -> Sequence[Difference] | None:
    """Return the fields in which a structure differs from what is known of its kind; None if the kind is unknown.

    Of a new or missing object, only the object itself is named. Fields around the content, which all messages share,
    are known as soon as any kind has them.
    """
    known = table.get(kind)
    if known is None:
        return None
    shared = {path for each in table.values() for path in each.forms if not path.startswith("content")}
    now = _forms(structure)
    found = [
        Difference(path, tuple(known.forms[path]), form)
        for path, forms in now.items()
        for form in forms
        if path in known.forms and _general(path, form) not in {_general(path, given) for given in known.forms[path]}
    ]
    # Below a field of another form, and below a new or missing field, all is different.
    whole = (now.keys() & known.forms.keys()) - {difference.path for difference in found} | {""}
    found += [
        Difference(path, (), forms[0])
        for path, forms in now.items()
        if path not in known.forms and path not in shared and _parent(path) in whole
    ]
    found += [
        Difference(path, tuple(known.forms[path]), "")
        for path in known.always
        if path not in now and _parent(path) in whole
    ]
    return sorted(found)


def _forms(structure: Structure) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for path, form in fields_of(structure):
        if form not in forms.setdefault(path, []):
            forms[path].append(form)
    return forms


def _general(path: str, form: str) -> str:
    return form if is_constant(path) else _PLAIN.get(form, form)


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
