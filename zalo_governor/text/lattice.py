"""Reading a message as words that are typed as meant, words that lost their marks, and words of another language.

Each word may be any of the three, and what stands before it says how likely. Forward and backward over the message
gives for each word the chance that its marks are lost, and for the message the figures that `text.forest` decides on.
"""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.fold import fold
from zalo_governor.text.language import Language, Range, canonical


class Word(NamedTuple):
    """A word of the message, with what it may stand for."""

    typed: Range
    """The word as it stands."""
    meant: tuple[Range, ...]
    """What it looks like if marks were lost, the word itself among them; empty where no mark can be missing."""
    english: float
    """Share among English words."""
    share: float
    """How much of `meant` is the word as it stands, whatever the neighbours (0-1)."""
    marked: bool
    syllable: bool
    known_english: bool


class Lattice(NamedTuple):
    """The three readings of a message, word by word."""

    lost: list[float]
    """For each word, the chance that it lacks marks."""
    foreign: list[float]
    kept_log: float
    """Natural logarithm of the chance of the words, all as typed."""
    lost_log: float
    """The same, all without marks where they can be."""
    foreign_log: float
    any_log: float
    """The same, word by word whatever fits."""
    gains: list[float]
    """For each word, how much better the neighbours explain it without marks than as typed (natural logarithm)."""
    chances: list[list[tuple[int, float]]]
    """For each word, the places of the words that it may have been meant as, with their chances."""


def word_of(language: Language, text: str) -> Word:
    """One word, without blanks, in any case; digits make a number."""
    if not text.isalpha():
        return Word(language.number, (), _NUMBER_AMONG_ENGLISH, 1.0, False, False, False)
    lower = canonical(text.lower())
    english = language.english.get(lower)
    chance = english if english is not None else (0.0 if has_marks(lower) else _UNKNOWN_ENGLISH)
    place = language.places.get(lower)
    meant = _meant(language, lower)
    if place is None:
        typed, share = language.unknown, 0.0
    else:
        typed = place, place + 1
        total = sum(map(language.single, meant))
        share = language.single(typed) / total if total else 1.0
    return Word(typed, meant, chance, share, has_marks(lower), place is not None or bool(meant), english is not None)


def _meant(language: Language, lower: str) -> tuple[Range, ...]:
    if not has_marks(lower):
        found = language.skeletons.get(lower)
        return (found,) if found else ()
    toneless, tone = split_tone(lower)
    ranges: list[Range] = []
    if not tone:
        for form in _with_and_without_bar(toneless):
            if form in language.toneless:
                ranges.append(language.toneless[form])
        return tuple(ranges)
    forms = [lower] + ([_BARRED + lower[1:]] if lower[0] == "d" else [])
    places = [language.places[form] for form in forms if form in language.places]
    if not places and lower not in language.places:
        first, last = language.skeletons.get(fold(lower), (0, 0))
        places = [at for at in range(first, last) if split_tone(language.words[at])[1] == tone]
    return tuple((place, place + 1) for place in places) if places and places != [language.places.get(lower)] else ()


def _with_and_without_bar(form: str) -> tuple[str, ...]:
    return (form, _BARRED + form[1:]) if form[0] == "d" else (form,)


def read_lattice(language: Language, words: Sequence[Word], begins: Sequence[bool]) -> Lattice:
    """The readings of the words; `begins` says which stand at the beginning of a sentence or clause."""
    kept_log, lost_log, foreign_log, gains = _apart(language, words, begins)
    steps, any_log = _forward(language, words, begins)
    lost, foreign, chances = _backward(language, words, steps)
    return Lattice(lost, foreign, kept_log, lost_log, foreign_log, any_log, gains, chances)


class _Step:
    """One word of the lattice: its places, what came to it and what leads to it."""

    __slots__ = ("alien", "begins", "kept", "lost", "places", "typed")

    def __init__(self, typed: int, begins: bool) -> None:
        self.typed = typed
        self.begins = begins
        self.places: list[int] = []
        self.kept = self.alien = 0.0
        self.lost: list[float] = []


def _forward(language: Language, words: Sequence[Word], begins: Sequence[bool]) -> tuple[list[_Step], float]:
    begin = language.begin[0]
    unknown = language.unknown[0]
    steps: list[_Step] = []
    scale = 0.0
    before: _Step | None = None
    for word, starts in zip(words, begins, strict=True):
        step = _Step(word.typed[0], starts)
        spelling = _SPELLING if step.typed == unknown else 1.0
        if before is None:
            sources = [(begin, _START[0], _START[1])]
            to_foreign = _START[2]
        else:
            kept, alien = before.kept, before.alien
            lost = sum(before.lost)
            to_foreign = kept * _TO_FOREIGN[0] + lost * _TO_FOREIGN[1] + alien * _TO_FOREIGN[2]
            if starts:
                sources = [
                    (
                        begin,
                        kept * _TO_KEPT[0] + lost * _TO_KEPT[1] + alien * _TO_KEPT[2],
                        kept * _TO_LOST[0] + lost * _TO_LOST[1] + alien * _TO_LOST[2],
                    )
                ]
            else:
                sources = [
                    (before.typed, kept * _TO_KEPT[0], kept * _TO_LOST[0]),
                    (unknown, alien * _TO_KEPT[2], alien * _TO_LOST[2]),
                ]
                sources += [
                    (place, chance * _TO_KEPT[1], chance * _TO_LOST[1])
                    for place, chance in zip(before.places, before.lost, strict=True)
                ]
        step.kept = language.flow_to(sources, step.typed) * spelling + _LEAST
        step.places, step.lost = language.flow_to_lost(sources, word.meant)
        step.alien = to_foreign * word.english
        total = step.kept + sum(step.lost) + step.alien
        step.kept /= total
        step.alien /= total
        least = total * _NEGLIGIBLE
        live = [(place, chance / total) for place, chance in zip(step.places, step.lost, strict=True) if chance > least]
        step.places = [place for place, _ in live]
        step.lost = [chance for _, chance in live]
        scale += log(total)
        steps.append(step)
        before = step
    return steps, scale


def _backward(
    language: Language, words: Sequence[Word], steps: list[_Step]
) -> tuple[list[float], list[float], list[list[tuple[int, float]]]]:
    count = len(steps)
    lost_of = [0.0] * count
    foreign_of = [0.0] * count
    chances_of: list[list[tuple[int, float]]] = [[] for _ in steps]
    begin = language.begin[0]
    unknown = language.unknown[0]
    kept = alien = 1.0
    lost: list[float] | None = None
    for at in range(count - 1, -1, -1):
        step = steps[at]
        word = words[at]
        if lost is None:
            lost = [1.0] * len(step.places)
        of_kept = step.kept * kept
        of_foreign = step.alien * alien
        chances = [chance * later for chance, later in zip(step.lost, lost, strict=True)]
        of_lost = sum(chances)
        total = of_kept + of_lost + of_foreign
        bare = 0.0
        for place, chance in zip(step.places, chances, strict=True):
            if place == step.typed:
                bare = chance
        lost_of[at] = (of_lost - bare) / total
        foreign_of[at] = of_foreign / total
        chances_of[at] = [(place, chance / total) for place, chance in zip(step.places, chances, strict=True)]
        if not at:
            break
        before = steps[at - 1]
        spelling = _SPELLING if step.typed == unknown else 1.0
        sources = [begin] if step.begins else [before.typed, unknown, *before.places]
        to_kept, to_lost = language.flow_from(sources, step.typed, step.places, lost)
        to_alien = word.english * alien
        back = [(of_kept * spelling + _LEAST) * kept for of_kept in to_kept]
        if step.begins:
            back = back * (2 + len(before.places))
            to_lost = to_lost * (2 + len(before.places))
        kept_now = back[0] * _TO_KEPT[0] + to_lost[0] * _TO_LOST[0] + to_alien * _TO_FOREIGN[0]
        alien_now = back[1] * _TO_KEPT[2] + to_lost[1] * _TO_LOST[2] + to_alien * _TO_FOREIGN[2]
        lost = [
            of_kept * _TO_KEPT[1] + of_lost * _TO_LOST[1] + to_alien * _TO_FOREIGN[1]
            for of_kept, of_lost in zip(back[2:], to_lost[2:], strict=True)
        ]
        peak = max(kept_now, alien_now, *lost) if lost else max(kept_now, alien_now)
        kept, alien = kept_now / peak, alien_now / peak
        lost = [chance / peak for chance in lost]
    return lost_of, foreign_of, chances_of


def _apart(
    language: Language, words: Sequence[Word], begins: Sequence[bool]
) -> tuple[float, float, float, list[float]]:
    kept_log = lost_log = foreign_log = 0.0
    gains: list[float] = []
    before: Word | None = None
    for word, begin in zip(words, begins, strict=True):
        kept_kept, kept_lost, lost_lost = (
            first_edge(language, word) if begin or before is None else edge(language, before, word)
        )
        kept_log += log(kept_kept)
        lost_log += log(lost_lost or kept_kept)
        foreign_log += log(word.english or _NEVER)
        gains.append(log(max(kept_lost, lost_lost) / kept_kept) if kept_lost else 0.0)
        before = word
    return kept_log, lost_log, foreign_log, gains


class Edge(NamedTuple):
    """Shares of a word after the one before it, each as typed or with the marks it may have lost."""

    kept_kept: float
    kept_lost: float
    lost_lost: float


def first_edge(language: Language, word: Word) -> Edge:
    """The edge at a beginning."""
    kept = language.share(language.begin, word.typed) * (_SPELLING if word.typed == language.unknown else 1.0)
    lost = sum(language.share(language.begin, form) for form in word.meant)
    return Edge(max(kept, _LEAST), lost, lost)


def edge(language: Language, before: Word, word: Word) -> Edge:
    """The edge between two neighbours; remembered by the language."""
    key = before.typed, before.meant, word.typed, word.meant
    found = language.edges.get(key)
    if found is None:
        share = language.share
        kept_kept = share(before.typed, word.typed)
        kept_lost = sum(share(before.typed, form) for form in word.meant)
        lost_lost = _blend(language, before.meant, word.meant) if before.meant else kept_lost
        if word.typed == language.unknown:
            kept_kept *= _SPELLING
        if len(language.edges) >= _MOST_EDGES:
            language.edges.clear()
        language.edges[key] = found = Edge(max(kept_kept, _LEAST), kept_lost, lost_lost)
    return found


def _blend(language: Language, before: tuple[Range, ...], after: tuple[Range, ...]) -> float:
    weights = [language.single(form) for form in before]
    whole = sum(weights) or 1.0
    return sum(
        weight / whole * language.share(first, form)
        for first, weight in zip(before, weights, strict=True)
        for form in after
    )


_BARRED = "đ"
_START = (0.60, 0.25, 0.15)
_TO_KEPT = (0.94, 0.08, 0.10)
"""Chance of a word as typed after a word as typed, after one without its marks, after a foreign one."""
_TO_LOST = (0.04, 0.89, 0.10)
_TO_FOREIGN = (0.02, 0.03, 0.80)
_SPELLING = 3e-5
"""Share of one spelling among the words that are no syllables, in Vietnamese text."""
_UNKNOWN_ENGLISH = 2e-6
_NUMBER_AMONG_ENGLISH = 0.02
_LEAST = 1e-9
_NEVER = 1e-9
_NEGLIGIBLE = 1e-4
_MOST_EDGES = 20_000
