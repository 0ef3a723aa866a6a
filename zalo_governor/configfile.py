"""Reading YAML so that every complaint names the file, the line and the key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from zalo_governor.domain.errors import ConfigError

KeyPath = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class Document(NamedTuple):
    """A YAML file with the line (from 1) on which each key stands."""

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def line(self, key: KeyPath) -> int:
        """The line of the key, or of the nearest key around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def error(self, key: KeyPath, message: str) -> ConfigError:
        """The complaint about one key, to be raised."""
        return ConfigError(f"{self.path}:{self.line(key)}: {'.'.join(map(str, key)) or '(file)'}: {message}")


def load_yaml(path: Path) -> Document:
    """Read one YAML file whose top level is a mapping.

    Raises:
        ConfigError: the file is missing, is not UTF-8 or not YAML, repeats a key, or holds no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; copy it from the shipped config") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            f"{path}:{line}: not valid YAML: {error.problem}; check the indentation and quotes"
        ) from error
    if node is None:
        return Document(path, {}, {})
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{path}:1: the file must hold `key: value` lines")
    lines: dict[KeyPath, int] = {}
    for key, line in _keys(path, node, ()):
        lines[key] = line
    return Document(path, yaml.safe_load(text), lines)


def validate(model: type[ModelT], document: Document, data: dict[str, Any] | None = None) -> ModelT:
    """The document (or `data` taken from it) as a model.

    Raises:
        ConfigError: one line for every key that is wrong, with what is expected.
    """
    try:
        return model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        raise complaint(document, error) from None


def complaint(document: Document, error: ValidationError, within: KeyPath = ()) -> ConfigError:
    """A validation error in the words of the file it came from; values are not repeated, they may be secret.

    `within` is the key whose value was validated, where it was not the whole file.
    """
    rows = []
    for item in error.errors(include_url=False, include_input=False):
        key = (*within, *item["loc"])
        rows.append(str(document.error(key, _SAID.get(item["type"]) or item["msg"].removeprefix("Value error, "))))
    return ConfigError("\n".join(rows))


def _keys(path: Path, node: yaml.Node, at: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            name = str(key_node.value)
            line = key_node.start_mark.line + 1
            if name in seen:
                raise ConfigError(f"{path}:{line}: {'.'.join(map(str, (*at, name)))}: stands twice; keep one of them")
            seen.add(name)
            yield (*at, name), line
            yield from _keys(path, value_node, (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*at, index), item.start_mark.line + 1
            yield from _keys(path, item, (*at, index))


_SAID = {
    "extra_forbidden": "no such key; correct its name or take it out",
    "missing": "is missing",
    "string_type": "must be a text; write it in quotes",
}
"""Where pydantic's own words would puzzle who fills in a file."""
