"""Measurement of the diacritics rule (clause 3.1) on labelled messages: shares with intervals, restoration, time."""

import json
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.texts.peers import Peer
from zalo_governor.cli.check import subject_event
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.checks.diacritics import LEGACY, DiacriticsRule
from zalo_governor.rules.loader import read_lines
from zalo_governor.text.diacritics.language import canonical
from zalo_governor.text.fold import fold
from zalo_governor.text.syllables import is_syllable

OK_LABELS = frozenset({"vi_ok", "other_ok"})
VIOLATIONS = ("vi_no_diacritics", "vi_partial", "vi_legacy")
LENGTHS = ((1, 2), (3, 4), (5, 8), (9, 10**6))


class Item(NamedTuple):
    """A labelled message."""

    text: str
    label: str
    words: int
    meant: str | None
    """The text with correct diacritics; None if it is not given."""

    @property
    def violates(self) -> bool:
        """Return whether the rule should report the message."""
        return self.label not in OK_LABELS


class Labelled(NamedTuple):
    """The labelled messages of one file."""

    name: str
    items: list[Item]


def read_set(path: Path) -> Labelled:
    """Read the labelled messages of a file, without ambiguous ones ("amb": true).

    Raises:
        ConfigError: the file is not JSON or not UTF-8.
    """
    try:
        raw = path.read_text(encoding="utf-8")
        rows = json.loads(raw) if path.suffix == ".json" else [json.loads(r) for r in raw.splitlines() if r.strip()]
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as labelled messages: {error}") from None
    return Labelled(path.name, [_item(row) for row in rows if _is_item(row)])


def labelled_sets(folder: Path) -> list[Labelled]:
    """Read all files with labelled messages in the folder and in its subfolder `vietnamese/`.

    Raises:
        ConfigError: no file has labelled messages.
    """
    paths = sorted(path for place in ("*", "vietnamese/*") for path in folder.glob(f"{place}.json*"))
    sets = [labelled for path in paths if (labelled := read_set(path)).items]
    if not sets:
        raise ConfigError(f'{folder}: no *.jsonl or *.json file with lines {{"text", "label"}}')
    return sets


def benign_set(path: Path) -> Labelled:
    """Return the shipped correct messages, each with its diacritics and without."""
    items: list[Item] = []
    for line in read_lines(path):
        items.append(Item(line, "vi_ok", len(line.split()), None))
        if _well_marked(line):
            items.append(Item(_remove_diacritics(line), "vi_no_diacritics", len(line.split()), line))
    return Labelled(f"{path.name} (our own samples; --data measures others)", items)


def _well_marked(line: str) -> bool:
    words = line.split()
    return sum(not word.isascii() for word in words) * 2 > len(words)


def _remove_diacritics(line: str) -> str:
    """Remove all diacritics from the line."""
    composed = unicodedata.normalize("NFC", line)
    return "".join(b.upper() if c.isupper() else b for b, c in zip(fold(composed), composed, strict=True))


def _is_item(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("text"), str)
        and row.get("label") in OK_LABELS | set(VIOLATIONS)
        and not row.get("amb")
    )


def _item(row: dict[str, Any]) -> Item:
    return Item(row["text"], row["label"], len(row["text"].split()), row.get("orig"))


def report_on(labelled: Labelled, rule: DiacriticsRule, peers: Sequence[Peer]) -> Iterator[str]:
    """Return the lines of the result table for one file."""
    items = labelled.items
    yield f"== {labelled.name}: {len(items)} messages"
    found, times = timed([item.text for item in items], lambda text: _first(rule, text))
    flags = [finding is not None and finding.severity is not Severity.SUSPECT for finding in found]
    yield from _accuracy(items, flags)
    suspects = sum(finding is not None for finding in found) - sum(flags)
    suspect_fine = sum(
        finding is not None and not flag and not item.violates
        for item, finding, flag in zip(items, found, flags, strict=True)
    )
    yield f"suspect only               {suspects} messages, {suspect_fine} of them right ones"
    yield from _by_class(items, flags)
    yield from _restoration(items, rule)
    yield from _proposals(items, rule)
    yield f"time of one core           {pace(times.processor)}"
    yield f"time by the wall clock     {pace(times.wall)} (load average {os.getloadavg()[0]:.1f})"
    for peer in peers:
        yield _beside(items, peer)


def _first(rule: DiacriticsRule, text: str) -> Finding | None:
    return next(iter(rule.check(subject_event({"text": text}), NO_CONTEXT)), None)


class Times(NamedTuple):
    """Seconds spent on each message."""

    processor: list[float]
    """Processor seconds on one core, which do not depend on other processes."""
    wall: list[float]


def timed(texts: Sequence[str], judge: Callable[[str], Any]) -> tuple[list[Any], Times]:
    """Judge every text twice; return the answers, and the times of the second round."""
    answers = [judge(text) for text in texts]
    times = Times([], [])
    for text in texts:
        wall, processor = time.perf_counter(), time.thread_time()
        judge(text)
        times.processor.append(time.thread_time() - processor)
        times.wall.append(time.perf_counter() - wall)
    return answers, times


def _accuracy(items: Sequence[Item], flags: Sequence[bool]) -> Iterator[str]:
    hits = sum(flag and item.violates for item, flag in zip(items, flags, strict=True))
    yield f"violation precision        {share(hits, sum(flags))}"
    if any(item.violates for item in items):
        yield f"violation recall           {share(hits, sum(item.violates for item in items))}"
        yield f"violation F1               {_f1(items, flags):.4f}"
    fine = [(item, flag) for item, flag in zip(items, flags, strict=True) if not item.violates]
    yield f"right ones flagged         {share(sum(flag for _, flag in fine), len(fine))}"
    for low, high in LENGTHS:
        some = [flag for item, flag in fine if low <= item.words <= high]
        yield f"  {_length(low, high):<25}{share(sum(some), len(some))}"
    short = [flag for item, flag in fine if item.words <= LENGTHS[1][1]]
    yield f"  1-4 words                {share(sum(short), len(short))}"


def _by_class(items: Sequence[Item], flags: Sequence[bool]) -> Iterator[str]:
    for label in VIOLATIONS:
        some = [(item, flag) for item, flag in zip(items, flags, strict=True) if item.label == label]
        if not some:
            continue
        yield f"found of {label:<17} {share(sum(flag for _, flag in some), len(some))}"
        for low, high in LENGTHS:
            part = [flag for item, flag in some if low <= item.words <= high]
            yield f"  {_length(low, high):<25}{share(sum(part), len(part))}"


def _restoration(items: Sequence[Item], rule: DiacriticsRule) -> Iterator[str]:
    right = total = whole = sentences = 0
    for item in items:
        if item.label != "vi_no_diacritics" or not item.meant:
            continue
        made, meant = rule.with_marks(item.text)[0].split(), item.meant.split()
        if len(made) != len(meant):
            continue
        pairs = [(canonical(a.lower()), canonical(b.lower())) for a, b in zip(made, meant, strict=True)]
        syllables = [(a, b) for a, b in pairs if is_syllable(b.strip(_AROUND))]
        right += sum(a == b for a, b in syllables)
        total += len(syllables)
        whole += all(a == b for a, b in pairs)
        sentences += 1
    if total:
        yield f"restored syllables         {share(right, total)}"
        yield f"restored sentences         {share(whole, sentences)}"


def _proposals(items: Sequence[Item], rule: DiacriticsRule) -> Iterator[str]:
    """Return lines that tell how often the rule proposes a sentence with diacritics, and how often it is fully correct.

    For messages without a violation, the proposal for the text without its diacritics is measured.
    """
    stripped = [
        (_remove_diacritics(item.text), item.text)
        for item in items
        if item.label == "vi_ok" and not item.meant and _well_marked(item.text)
    ]
    given = [(item.text, item.meant) for item in items if item.label == "vi_no_diacritics" and item.meant]
    for name, pairs in (("without marks", given), ("right, stripped", stripped)):
        found = [(_first(rule, text), meant) for text, meant in pairs]
        asked = [(finding.suggestion, meant) for finding, meant in found if finding and finding.label != LEGACY]
        shown = [_words(made) == _words(meant) for made, meant in asked if made is not None]
        if asked:
            yield f"proposals, {name:<16}{share(len(shown), len(asked))}"
            yield f"  wholly right             {share(sum(shown), len(shown))}"


def _words(text: str) -> list[str]:
    return [canonical(word) for word in _PIECES.findall(unicodedata.normalize("NFC", text).lower())]


def _beside(items: Sequence[Item], peer: Peer) -> str:
    judge = peer.load()
    if judge is None:
        return f"{peer.name:<27}not installed"
    flags, times = timed([item.text for item in items], judge)
    fine = [flag for item, flag in zip(items, flags, strict=True) if not item.violates]
    hits = [flag for item, flag in zip(items, flags, strict=True) if item.violates]
    return (
        f"{peer.name:<27}F1 {_f1(items, flags):.4f}, found {share(sum(hits), len(hits))}, "
        f"right ones flagged         {share(sum(fine), len(fine))}, {len(items) / sum(times.processor):,.0f}/s"
    )


def _f1(items: Sequence[Item], flags: Sequence[bool]) -> float:
    hits = sum(flag and item.violates for item, flag in zip(items, flags, strict=True))
    return 2 * hits / max(sum(flags) + sum(item.violates for item in items), 1)


def share(part: int, whole: int) -> str:
    """Return a share as text, with its counts and its 95 % Wilson interval."""
    if not whole:
        return "none"
    p, z = part / whole, 1.96
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return f"{p:7.2%}  {part} of {whole}  [{low:.2%}, {high:.2%}]"


def pace(seconds: Sequence[float]) -> str:
    """Return as text the messages per second, and the typical and the longest time of one message."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(int(len(ordered) * at), len(ordered) - 1)] * 1000 for at in (0.50, 0.99))
    return f"{len(ordered) / sum(ordered):,.0f} a second, p50 {p50:.3f} ms, p99 {p99:.3f} ms"


def _length(low: int, high: int) -> str:
    return f"{low}+ words" if high > LENGTHS[-2][1] else f"{low}-{high} words"


_PIECES = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_AROUND = ".,;:!?()[]\"'“”…"
