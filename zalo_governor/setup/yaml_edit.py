"""Editing YAML files that people also edit by hand: comments, key order and unchanged values are kept as they are."""

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from zalo_governor.domain.errors import ConfigError


class RoundTrip:
    """A YAML file in memory whose values can be changed while its comments and layout are kept.

    `text` is the content of the file; `place` is its path, used in error messages only.
    """

    def __init__(self, text: str, place: Path) -> None:
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 1 << 16
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        self._yaml.representer.add_representer(type(None), _represent_null)
        loaded = self._yaml.load(text)
        if not isinstance(loaded, CommentedMap):
            raise ConfigError(f"{place}:1: tệp phải gồm những dòng `mục: giá trị`; hãy so với tệp mẫu")
        self.root: CommentedMap = loaded

    def section(self, name: str) -> CommentedMap:
        """Return the mapping under the top-level key `name`, to be changed in place; a missing one is created empty."""
        if not isinstance(self.root.get(name), CommentedMap):
            self.root[name] = CommentedMap()
        section: CommentedMap = self.root[name]
        return section

    def entries(self, name: str) -> CommentedSeq:
        """Return the list under the top-level key `name`, to be changed in place.

        A missing or empty list is replaced by a new one, which is written to the file with one entry a line.
        """
        if not isinstance(self.root.get(name), CommentedSeq) or not self.root[name]:
            self.root[name] = CommentedSeq()
        entries: CommentedSeq = self.root[name]
        return entries

    @property
    def text(self) -> str:
        """Return the YAML text with all changes made so far, for writing it to the file."""
        out = io.StringIO()
        self._yaml.dump(self.root, out)
        return out.getvalue()


def put(section: CommentedMap, key: str, value: Any) -> None:
    """Set `section[key]` to `value`; an equal value is left alone, to keep its notation (quotes, number format).

    If both are mappings, keys that `value` does not have are kept, such as a password that is not asked for.
    """
    if isinstance(value, dict) and isinstance(there := section.get(key), CommentedMap):
        for name, inner in value.items():
            put(there, name, inner)
    elif key not in section or section[key] != value:
        section[key] = _styled(value)


def _styled(value: Any) -> Any:
    """Convert a value for writing: mappings and lists on one line, so that comments around them keep their places."""
    if isinstance(value, dict | list | tuple):
        made: Any = (
            CommentedMap((name, _styled(inner)) for name, inner in value.items())
            if isinstance(value, dict)
            else CommentedSeq(map(_styled, value))
        )
        made.fa.set_flow_style()
        return made
    if isinstance(value, str) and value.isdecimal():
        # Long numbers are ids, and must stay strings when people edit the file.
        return DoubleQuotedScalarString(value)
    return value


def _represent_null(representer: Any, _value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
