"""Changing a YAML file that people edit by hand: what is not changed stays as it stands, comments and order too."""

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from zalo_governor.domain.errors import ConfigError


class RoundTrip:
    """One such file, in memory."""

    def __init__(self, text: str, place: Path) -> None:
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = 1 << 16
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        self._yaml.representer.add_representer(type(None), _null)
        loaded = self._yaml.load(text)
        if not isinstance(loaded, CommentedMap):
            raise ConfigError(f"{place}:1: tệp phải gồm những dòng `mục: giá trị`; hãy so với tệp mẫu")
        self.root: CommentedMap = loaded

    def section(self, name: str) -> CommentedMap:
        """The mapping under a key, which is made where there is none."""
        if not isinstance(self.root.get(name), CommentedMap):
            self.root[name] = CommentedMap()
        section: CommentedMap = self.root[name]
        return section

    def entries(self, name: str) -> CommentedSeq:
        """The list under a key, one entry a line, which is made where there is none or an empty one."""
        if not isinstance(self.root.get(name), CommentedSeq) or not self.root[name]:
            self.root[name] = CommentedSeq()
        entries: CommentedSeq = self.root[name]
        return entries

    @property
    def text(self) -> str:
        """The file as it is now."""
        out = io.StringIO()
        self._yaml.dump(self.root, out)
        return out.getvalue()


def put(section: CommentedMap, key: str, value: Any) -> None:
    """Set a value, unless it is there already in whatever way it is written."""
    if key not in section or section[key] != value:
        section[key] = _styled(value)


def flow(values: dict[str, Any]) -> CommentedMap:
    """A mapping on one line, so that the comments of a file keep their places around it."""
    made = CommentedMap((name, _styled(value)) for name, value in values.items())
    made.fa.set_flow_style()
    return made


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        return flow(value)
    if isinstance(value, list | tuple):
        made = CommentedSeq(map(_styled, value))
        made.fa.set_flow_style()
        return made
    if isinstance(value, str) and value.isdecimal():
        # Long numbers are ids, and must stay texts for whoever edits the file.
        return DoubleQuotedScalarString(value)
    return value


def _null(representer: Any, _value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
