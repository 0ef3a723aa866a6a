"""Labelled display names for measuring clause 3.2: the shipped ones, and development data in a given folder."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from zalo_governor.domain.errors import ConfigError

RIGHT = "ok"
HELD = "held"


class LabelledName(NamedTuple):
    """A display name with its expected verdict."""

    part: str
    """`tuned` or `held` (not used in writing the rule) for shipped names, else the name of the file."""
    reason: str
    """The rule's reason code for an invalid name; a code that begins with `ok` for a valid one."""
    name: str
    proposal: str | None = None
    """The correct name, where it can be derived from the invalid one alone."""

    @property
    def valid(self) -> bool:
        """Return whether the name is valid, so that the rule should report nothing."""
        return self.reason.startswith(RIGHT)

    @property
    def family(self) -> str:
        """Return the first word, which is the family name if the name is valid."""
        return self.name.partition(" ")[0]


class NameSet(NamedTuple):
    """Names whose results are counted together."""

    title: str
    items: list[LabelledName]


def shipped_names(folder: Path) -> list[LabelledName]:
    r"""Read `content/names.tsv`: reason, name, proposal if any; every second line of a reason is held back.

    Raises:
        ConfigError: the file is missing or a line has no tab.
    """
    path = folder / "content" / "names.tsv"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; copy it from the shipped config") from None
    seen: dict[str, int] = {}
    names = []
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        reason, tab, rest = line.partition("\t")
        if not tab:
            raise ConfigError(f"{path}:{number}: expected a reason, a tab and a name")
        name, _, proposal = rest.partition("\t")
        seen[reason] = seen.get(reason, 0) + 1
        part = ("tuned", HELD)[seen[reason] % 2 == 0]
        names.append(LabelledName(part, reason, _SIGN.sub(_sign, name), proposal or None))
    return names


def development_names(folder: Path) -> list[NameSet]:
    """Read `names*.jsonl` in the folder or its subfolder `names/`: objects with name, label and reason.

    Raises:
        ConfigError: there is no such file, or a line has another form.
    """
    paths = sorted([*folder.glob("names*.jsonl"), *folder.glob("names/names*.jsonl")])
    if not paths:
        raise ConfigError(f"{folder}: no names*.jsonl there; name the folder that holds the labelled names")
    return [NameSet(path.name, _read(path)) for path in paths]


def _read(path: Path) -> list[LabelledName]:
    names = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            reason = item["reason"] if item["label"] != "valid" else RIGHT
            names.append(LabelledName(path.stem, reason, item["name"], item.get("proposal")))
        except (ValueError, KeyError, TypeError):
            raise ConfigError(f"{path}:{number}: expected an object with name, label and reason") from None
    return names


def _sign(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


_SIGN = re.compile(r"\\u([0-9a-f]{4})")
