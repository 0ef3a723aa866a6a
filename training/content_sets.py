"""Labelled texts for measuring the content rules: the shipped ones, and development data in a given folder."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training.disguises import LEVEL, ON_LINE, ON_WORD, hidden
from zalo_governor.domain.errors import ConfigError

LEFT_OUT = "secrecy-left-out.tsv"
"""File in `content/` with the results of `training/measure_secrecy.py` on writers excluded from training."""
HARMFUL_LEFT_OUT = "harmful-left-out.tsv"
"""File in `content/` with the results of `training/measure_harmful.py` on writers excluded from training."""
CLASSIFIED, BORDERLINE, CLEAN, HARMFUL = "classified", "borderline", "clean", "harmful"


class Sample(NamedTuple):
    """A labelled text."""

    part: str
    """`tuned` or `held` (not used in writing the rules) for the shipped set, else the name of the file."""
    kind: str
    expected: str
    text: str
    file_name: bool = False

    @property
    def hides(self) -> bool:
        """Return whether the text is secret and disguised to avoid detection."""
        return self.expected == CLASSIFIED and self.kind.startswith(_EVASIONS)


def shipped_classified(folder: Path) -> list[Sample]:
    """Read `content/classified.tsv`, and add copies of some plain lines in each disguise.

    Raises:
        ConfigError: the file is missing or a line has no tab.
    """
    samples = [
        Sample(part, kind, _expected(kind), text, kind == "file")
        for part, kind, text in _lines(folder / "content" / "classified.tsv")
    ]
    for part in ("tuned", "held"):
        plain = [one for one in samples if one.part == part and one.expected == CLASSIFIED and one.kind in _PLAIN]
        with_word = [one for one in plain if LEVEL.search(one.text)]
        for number, (name, disguise) in enumerate(ON_WORD.items()):
            for one in _few(with_word, number):
                samples.append(one._replace(kind=f"evasion_{name}", text=hidden(one.text, disguise)))
        for number, (name, disguise) in enumerate(ON_LINE.items()):
            samples += [one._replace(kind=f"evasion_{name}", text=disguise(one.text)) for one in _few(plain, number)]
    return samples


def shipped_harmful(folder: Path) -> list[Sample]:
    """Read `content/harmful.tsv`; raises like `shipped_classified`."""
    return [
        Sample(part, kind, CLEAN if kind.startswith("clean") else HARMFUL, text)
        for part, kind, text in _lines(folder / "content" / "harmful.tsv")
    ]


def development(folder: Path, name: str) -> list[Sample]:
    """Read `<name>*.jsonl` in the folder or its subfolder `content/`: objects with text, label and kind.

    Raises:
        ConfigError: there is no such file, or a line has another form.
    """
    paths = sorted([*folder.glob(f"{name}*.jsonl"), *folder.glob(f"content/{name}*.jsonl")])
    if not paths:
        raise ConfigError(f"{folder}: no {name}*.jsonl there; name the folder that holds the content data")
    samples = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                label = item["label"].partition("_")[0]
                samples.append(Sample(path.stem, item.get("kind") or item.get("category") or "", label, item["text"]))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise ConfigError(f"{path}:{number}: expected an object with text and label") from None
    return samples


def corpora(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Read the sentences of `corpora/{news,laws}_dev.txt.xz` beside or in the folder, if these files exist."""
    for place in (folder / "corpora", folder.parent / "corpora"):
        for path in sorted(place.glob("*_dev.txt.xz")):
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                yield path.name.partition(".")[0], [line.strip() for line in lines if line.strip()]


def _lines(path: Path) -> Iterator[tuple[str, str, str]]:
    """Return (part, kind, text) of each line; every second line of a kind is in the part `held`."""
    seen: dict[str, int] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; copy it from the shipped config") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        kind, tab, text = line.partition("\t")
        if not tab:
            raise ConfigError(f"{path}:{number}: expected a kind, a tab and a line")
        seen[kind] = seen.get(kind, 0) + 1
        yield ("tuned", "held")[seen[kind] % 2 == 0], kind, text.replace("\\n", "\n")


def _expected(kind: str) -> str:
    if kind.startswith("border_"):
        return BORDERLINE
    return CLEAN if kind.startswith("clean_") else CLASSIFIED


def _few(samples: list[Sample], number: int) -> list[Sample]:
    return [samples[(number * 3 + at * 7) % len(samples)] for at in range(min(_EACH, len(samples)))]


_EACH = 6
_PLAIN = frozenset(
    [
        "caption",
        "chat",
        "field",
        "header",
        "number",
        "request",
        "retold",
        "order",
        "update",
        "envelope",
        "stamp",
        "map",
        "exam",
        "link",
    ]
)
_EVASIONS = (
    "evasion", "glued", "teencode", "abbrev", "leet", "spaced", "dotted", "hyphen", "stretched", "reversed", "rlo",
    "newline", "emoji", "zero_width", "word_joiner", "soft_hyphen", "struck", "cyrillic", "greek", "full_width",
    "mathematical", "circled", "html", "nfd", "no_diacritics", "partial", "tcvn3", "viscii", "vni", "viqr", "telex",
    "mojibake", "synonym",
)  # fmt: skip
"""Prefixes of the kinds of classified texts that are disguised."""
