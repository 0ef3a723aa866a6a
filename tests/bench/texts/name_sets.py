"""The display names by which clause 3.2 is measured: those that ship, and development data where a folder is named."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from zalo_governor.domain.errors import ConfigError

RIGHT = "ok"
HELD = "held"


class LabelledName(NamedTuple):
    """One display name with what is right or wrong about it."""

    part: str
    """`tuned` or `held` (nobody looked at it while writing the rule) of the shipped names, else the file it is from."""
    reason: str
    """The rule's code for why it is wrong; `ok…` where nothing is."""
    name: str
    proposal: str | None = None
    """The right name that can be made of it alone, where one can."""

    @property
    def valid(self) -> bool:
        """Whether nothing is to be found."""
        return self.reason.startswith(RIGHT)

    @property
    def family(self) -> str:
        """The first word, which is the family name of a right one."""
        return self.name.partition(" ")[0]


class NameSet(NamedTuple):
    """Names that are counted together."""

    title: str
    items: list[LabelledName]


def shipped_names(folder: Path) -> list[LabelledName]:
    r"""`content/names.tsv`: reason, name, the proposal if there is one; each second line of a reason is held back.

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
    """The lines of `names*.jsonl` in the folder or its `names/`; objects with name, label and reason.

    Raises:
        ConfigError: there is no such file, or a line is not of that form.
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
