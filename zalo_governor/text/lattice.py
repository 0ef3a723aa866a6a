"""Reading a message as words that are typed as meant, words that lost their marks, and words of another language.

Each word may be any of the three, and what stands before it says how likely. Forward and backward over the message
gives for each word the chance that its marks are lost, and for the message the figures that `text.forest` decides on.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.fold import fold
from zalo_governor.text.language import BEGIN, NUMBER, Language, Range, canonical
from zalo_governor.text.shorthand import STANDS_FOR, unstretched


class Word(NamedTuple):
    """A word of the message, with what it may stand for."""

    typed: Range
    """The word as it stands."""
    spelt: float
    """How often that word is spelt so (0-1)."""
    meant: tuple[Range, ...]
    """What it looks like if marks were lost, the word itself among them; empty where no mark can be missing."""
    places: list[int]
    """The words in `meant`, one by one."""
    common: list[float]
    """Their shares in running text."""
    english: float
    """Share among English words."""
    share: float
    """How much of `meant` is the word as it stands, whatever the neighbours (0-1)."""
    marked: bool
    syllable: bool
    known_english: bool
    key: str
    """In small letters: equal for equal words."""


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


class Edge(NamedTuple):
    """Shares of a word after the one before it, each as typed or with the marks it may have lost."""

    kept_kept: float
    kept_lost: float
    lost_lost: float


class _Links(NamedTuple):
    """What leads from one word to all that another one may be."""

    kept: float
    """Share of the word as typed."""
    rest: float
    """How much of the common shares each other word gets."""
    found: list[tuple[int, float]]
    """Places, counted within `Word.meant`, that were seen to follow, with their shares beyond that."""


class _Step:
    """One word of the lattice: what it may be, how likely so far, and what led to it."""

    __slots__ = ("alien", "kept", "links", "lost", "spots")

    def __init__(self, kept: float, alien: float, spots: list[int], lost: list[float], links: list[_Links]) -> None:
        self.kept = kept
        self.alien = alien
        self.spots = spots
        """Which of `Word.meant` are alive, counted within it."""
        self.lost = lost
        self.links = links
        """From the word before as typed, from a foreign one, and from each of its living spots; or from a beginning."""


class Reader:
    """Reads messages with a language, and remembers its words and pairs: a few thousand make up nearly all talk."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.word = lru_cache(maxsize=2_048)(self._word)
        self._links: dict[tuple[int, str], _Links] = {}
        self._edges: dict[tuple[str, str], Edge] = {}

    def read(self, words: Sequence[Word], begins: Sequence[bool]) -> Lattice:
        """The readings of the words; `begins` says which stand at the beginning of a sentence or clause."""
        kept_log, lost_log, foreign_log, gains = self._apart(words, begins)
        steps, any_log = self._forward(words, begins)
        lost, foreign, chances = self._backward(words, steps)
        return Lattice(lost, foreign, kept_log, lost_log, foreign_log, any_log, gains, chances)

    def edge(self, before: Word | None, word: Word) -> Edge:
        """The edge between two neighbours, or at a beginning."""
        key = before.key if before else "", word.key
        found = self._edges.get(key)
        if found is None:
            if len(self._edges) >= _MOST_REMEMBERED:
                self._edges.clear()
            self._edges[key] = found = self._edge(before, word)
        return found

    def share_as_typed(self, before: Word | None, word: Word, after: Word | None) -> float:
        """How likely the word is as typed, between its neighbours as typed, beside all that it may be (a ratio)."""
        language = self.language
        share = language.share
        earlier = before.typed if before else language.begin

        def fits(place: int) -> float:
            here = place, place + 1
            return share(earlier, here) * (share(here, after.typed) if after else 1.0)

        kept = fits(word.typed[0]) * word.spelt
        return kept / (sum(map(fits, word.places)) or 1.0)

    def _edge(self, before: Word | None, word: Word) -> Edge:
        share, language = self.language.share, self.language
        earlier = before.typed if before else language.begin
        kept_kept = share(earlier, word.typed) * word.spelt
        kept_lost = sum(share(earlier, form) for form in word.meant)
        lost_lost = kept_lost
        if before and before.meant:
            weights = [language.single(form) for form in before.meant]
            whole = sum(weights) or 1.0
            lost_lost = sum(
                weight / whole * share(first, form)
                for first, weight in zip(before.meant, weights, strict=True)
                for form in word.meant
            )
        return Edge(max(kept_kept, _LEAST), kept_lost, lost_lost)

    def _link(self, source: int, word: Word) -> _Links:
        key = source, word.key
        found = self._links.get(key)
        if found is None:
            if len(self._links) >= _MOST_REMEMBERED:
                self._links.clear()
            kept = self.language.follow(source, word.typed[0]) * word.spelt
            self._links[key] = found = _Links(kept + _LEAST, *self.language.follows(source, word.meant))
        return found

    def _forward(self, words: Sequence[Word], begins: Sequence[bool]) -> tuple[list[_Step], float]:
        begin, unknown = self.language.begin[0], self.language.unknown[0]
        link = self._link
        steps: list[_Step] = []
        scale = 0.0
        before: _Step | None = None
        last: Word | None = None
        for word, starts in zip(words, begins, strict=True):
            if before is None or last is None:
                links = [link(begin, word)]
                sources = [(_START[0], _START[1])]
                to_foreign = _START[2]
            else:
                kept, alien, lost = before.kept, before.alien, sum(before.lost)
                to_foreign = kept * _TO_FOREIGN[0] + lost * _TO_FOREIGN[1] + alien * _TO_FOREIGN[2]
                sources = [
                    (kept * _TO_KEPT[0], kept * _TO_LOST[0]),
                    (alien * _TO_KEPT[2], alien * _TO_LOST[2]),
                    *((chance * _TO_KEPT[1], chance * _TO_LOST[1]) for chance in before.lost),
                ]
                if starts:
                    links = [link(begin, word)]
                    sources = [(sum(to_kept for to_kept, _ in sources), sum(to_lost for _, to_lost in sources))]
                else:
                    places = last.places
                    links = [
                        link(last.typed[0], word), link(unknown, word), *(link(places[at], word) for at in before.spots)
                    ]  # fmt: skip
            kept = rest = 0.0
            flows = [0.0] * len(word.places)
            for (to_kept, to_lost), (of_kept, of_rest, found) in zip(sources, links, strict=True):
                kept += to_kept * of_kept
                rest += to_lost * of_rest
                for at, chance in found:
                    flows[at] += to_lost * chance
            flows = [flow + rest * common for flow, common in zip(flows, word.common, strict=True)]
            alien = to_foreign * word.english
            total = kept + sum(flows) + alien
            least = total * _NEGLIGIBLE
            spots = [at for at, flow in enumerate(flows) if flow > least]
            before = _Step(kept / total, alien / total, spots, [flows[at] / total for at in spots], links)
            last = word
            scale += log(total)
            steps.append(before)
        return steps, scale

    def _backward(
        self, words: Sequence[Word], steps: list[_Step]
    ) -> tuple[list[float], list[float], list[list[tuple[int, float]]]]:
        count = len(steps)
        lost_of = [0.0] * count
        foreign_of = [0.0] * count
        chances_of: list[list[tuple[int, float]]] = [[] for _ in steps]
        kept = alien = 1.0
        lost = [1.0] * len(steps[-1].spots) if steps else []
        for at in range(count - 1, -1, -1):
            step, word = steps[at], words[at]
            of_kept, of_foreign = step.kept * kept, step.alien * alien
            chances = [chance * later for chance, later in zip(step.lost, lost, strict=True)]
            total = of_kept + sum(chances) + of_foreign
            pairs = [(word.places[spot], chance / total) for spot, chance in zip(step.spots, chances, strict=True)]
            chances_of[at] = pairs
            # A word that stands bare by nature lacks nothing even where marks are not typed.
            lost_of[at] = sum(chance for place, chance in pairs if place != word.typed[0])
            foreign_of[at] = of_foreign / total
            if not at:
                break
            later = [0.0] * len(word.places)
            for spot, weight in zip(step.spots, lost, strict=True):
                later[spot] = weight
            common = sum(word.common[spot] * weight for spot, weight in zip(step.spots, lost, strict=True))
            to_foreign = word.english * alien
            back = [
                (of_kept * kept, rest * common + sum(chance * later[spot] for spot, chance in found))
                for of_kept, rest, found in step.links
            ]
            if len(back) == 1:
                back *= 2 + len(steps[at - 1].spots)
            (kept_kept, kept_lost), (alien_kept, alien_lost), *rest_back = back
            kept_now = kept_kept * _TO_KEPT[0] + kept_lost * _TO_LOST[0] + to_foreign * _TO_FOREIGN[0]
            alien_now = alien_kept * _TO_KEPT[2] + alien_lost * _TO_LOST[2] + to_foreign * _TO_FOREIGN[2]
            lost = [
                lost_kept * _TO_KEPT[1] + lost_lost * _TO_LOST[1] + to_foreign * _TO_FOREIGN[1]
                for lost_kept, lost_lost in rest_back
            ]
            peak = max(kept_now, alien_now, *lost)
            kept, alien = kept_now / peak, alien_now / peak
            lost = [chance / peak for chance in lost]
        return lost_of, foreign_of, chances_of

    def _apart(self, words: Sequence[Word], begins: Sequence[bool]) -> tuple[float, float, float, list[float]]:
        kept_log = lost_log = foreign_log = 0.0
        gains: list[float] = []
        before: Word | None = None
        for word, begin in zip(words, begins, strict=True):
            kept_kept, kept_lost, lost_lost = self.edge(None if begin else before, word)
            kept_log += log(kept_kept)
            lost_log += log(lost_lost or kept_kept)
            foreign_log += log(word.english or _NEVER)
            gains.append(log(max(kept_lost, lost_lost) / kept_kept) if kept_lost else 0.0)
            before = word
        return kept_log, lost_log, foreign_log, gains

    def _word(self, text: str) -> Word:
        """One word, without blanks, in any case; digits make a number."""
        language = self.language
        if not text.isalpha():
            return Word(
                language.number, 1.0, (), [], [], _NUMBER_AMONG_ENGLISH, 1.0, False, False, False, BEGIN + NUMBER
            )
        lower = canonical(text.lower())
        english = language.english.get(lower)
        place, meant = language.places.get(lower), _meant(language, lower)
        if place is None and not meant:
            plain = canonical(unstretched(lower))
            # A held key is feeling: what mark it may lack is nobody's business.
            place = language.places.get(plain)
            english = english if english is not None else language.english.get(plain)
        syllable = place is not None or bool(meant)
        if place is not None:
            typed, spelt = (place, place + 1), 1.0
            total = sum(map(language.single, meant))
            share = language.single(typed) / total if total else 1.0
        else:
            full = language.places.get(STANDS_FOR.get(lower, ""))
            typed, spelt = (language.unknown, _SPELLING) if full is None else ((full, full + 1), _SHORTENED)
            share = 0.0
        chance = english if english is not None else (0.0 if has_marks(lower) else _UNKNOWN_ENGLISH)
        places = [at for first, last in meant for at in range(first, last)]
        common = [language.single((at, at + 1)) for at in places]
        return Word(
            typed, spelt, meant, places, common, chance, share, has_marks(lower), syllable, english is not None, lower
        )


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


_BARRED = "đ"
_START = (0.60, 0.25, 0.15)
_TO_KEPT = (0.94, 0.08, 0.10)
"""Chance of a word as typed after a word as typed, after one without its marks, after a foreign one."""
_TO_LOST = (0.04, 0.89, 0.10)
_TO_FOREIGN = (0.02, 0.03, 0.80)
_SPELLING = 3e-5
"""Share of one spelling among the words that are no syllables, in Vietnamese text."""
_SHORTENED = 0.05
"""Share of a short form beside the word in full."""
_UNKNOWN_ENGLISH = 2e-6
_NUMBER_AMONG_ENGLISH = 0.02
_LEAST = 1e-9
_NEVER = 1e-9
_NEGLIGIBLE = 1e-4
_MOST_REMEMBERED = 4_000
