"""Scores each word of a message as typed correctly, lacking diacritics, or foreign, with a hidden Markov model.

The probability of each of the three explanations depends on the word before and, along the likeliest path, the one
before that. The forward-backward algorithm gives for each word the probability that its diacritics are missing, and for
the message the logarithms from which `text.diacritics.evidence` computes its figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import NamedTuple

from zalo_governor.text.diacritics.language import NO_PAIR, Language, Link
from zalo_governor.text.diacritics.spellings import Word, word_of


class Lattice(NamedTuple):
    """Scores of a message: how well each of the three explanations fits each word and the whole message.

    The explanations of a word: typed correctly, diacritics missing, foreign.
    """

    lost: list[float]
    """For each word, the probability (0-1) that it lacks diacritics."""
    foreign: list[float]
    """For each word, the probability (0-1) that it is foreign."""
    kept_log: float
    """Natural logarithm of the probability of the message if all words are as typed."""
    lost_log: float
    """Natural logarithm of the probability of the message if all words that can lack diacritics lack them."""
    foreign_log: float
    """Natural logarithm of the probability of the message if all words are foreign."""
    any_log: float
    """Natural logarithm of the probability of the message with any mix of the three explanations."""
    gains: list[float]
    """For each word, log of how much likelier, given its neighbours, it lacks diacritics than is right as typed."""
    chances: list[list[tuple[int, float]]]
    """For each word, the words it may stand for, as (index in `Language.words`, probability)."""


@dataclass(slots=True)
class _Step:
    """Result of the forward pass of the algorithm at one word of a message: the probabilities of its explanations.

    The word is as typed (`kept`), foreign (`alien`), or one of the words it may stand for without diacritics (`lost`).
    """

    kept: float
    kept_ends: int
    """Index of the pair made of the likeliest word before and this word as typed."""
    alien: float
    spots: list[int]
    """Positions in `Word.places` of the words that it may stand for with more than negligible probability."""
    lost: list[float]
    ends: list[int]
    """For each of `spots`, the index of the pair made of the likeliest word before and that word."""
    links: list[Link]
    """How probable this word is after each reading of the word before: as typed, as foreign, as each of its `spots`.

    Only one link if this word begins a clause.
    """


class _Sums:
    """Running sums of log-probabilities over the words of a message, which become fields of `Lattice`."""

    __slots__ = ("any", "foreign", "gains", "kept", "lost")

    def __init__(self) -> None:
        self.kept = self.lost = self.foreign = self.any = 0.0
        self.gains: list[float] = []

    def add(self, word: Word, before: _Step | None, links: list[Link], total: float) -> None:
        """Add the log-probabilities of the next word of the message to the sums.

        Args:
            word: the next word.
            before: result of the forward pass at the word before; None at the start of the message.
            links: how probable `word` is after each word that may be meant by the one before, ordered like it.
            total: probability of `word`, whatever is meant by it.
        """
        kept, _, rest, found, _ = links[0]
        kept = kept * word.spelt + _LEAST
        logarithm = log(kept)
        self.kept += logarithm
        self.foreign += log(word.english or _NEVER)
        self.any += log(total)
        if not word.places:
            self.lost += logarithm
            self.gains.append(0.0)
            return
        company = word.company
        kept_lost = lost_lost = rest * company + found
        if before is not None and before.lost and len(links) > 1:
            flow = sum(
                chance * (link[2] * company + link[3]) for chance, link in zip(before.lost, links[2:], strict=True)
            )
            lost_lost = flow / sum(before.lost)
        self.lost += log(lost_lost or kept)
        best = max(kept_lost, lost_lost)
        self.gains.append(log(best / kept) if best else 0.0)


class Reader:
    """Scorer that computes, with the language model, how likely each word of a message lacks its diacritics.

    Looked-up words are cached, as a few thousand words make up nearly all messages.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.word = lru_cache(maxsize=_WORDS_REMEMBERED)(self._word)

    def _word(self, text: str) -> Word:
        return word_of(self.language, text)

    def read(self, words: Sequence[Word], begins: Sequence[bool]) -> Lattice:
        """Score each word of a message as typed correctly, lacking diacritics, or foreign.

        `begins` says for each of `words` whether it begins a sentence or clause.
        """
        steps, sums = self._forward(words, begins)
        lost, foreign, chances = _backward(words, steps)
        return Lattice(lost, foreign, sums.kept, sums.lost, sums.foreign, sums.any, sums.gains, chances)

    def share_as_typed(self, before: Word | None, word: Word, after: Word | None) -> float:
        """Return the probability (0-1), given its neighbours, that a word is meant as typed and lacks no diacritics.

        `before` is None for the first word of a clause, `after` for the last. The word before is taken as correct. The
        word after is taken as correct if `word` is; if `word` lacks diacritics, the word after may lack them as well.
        """
        language = self.language
        earlier = before.typed if before else language.begin
        kept, _, rest, found, seen = language.after(NO_PAIR, earlier, word.typed, word.apart, word.meant)
        kept *= word.spelt
        if after is None:
            return min(kept / (found + rest * word.company), 1.0)
        kept *= language.follow(word.typed, after.typed)
        shares = [rest * common for common in word.common]
        for spot, share, _ in seen:
            shares[spot] += share
        # Alternatives less likely than this, even before the next word is considered, change nothing.
        least = kept * _HARDLY
        total = kept
        for place, share in zip(word.places, shares, strict=True):
            if share > least and place != word.typed:
                typed, _, left, meant, _ = language.after(NO_PAIR, place, after.typed, after.apart, after.meant)
                total += share * (meant + left * after.company + (typed if after.apart else 0.0))
        return kept / total if total else 1.0

    def _forward(self, words: Sequence[Word], begins: Sequence[bool]) -> tuple[list[_Step], _Sums]:
        after_each, beginning = self.language.after_each, [(NO_PAIR, self.language.begin)]
        steps: list[_Step] = []
        sums = _Sums()
        step: _Step | None = None
        last: Word | None = None
        for word, starts in zip(words, begins, strict=True):
            typed, apart, meant, spelt = word.typed, word.apart, word.meant, word.spelt
            if step is None or last is None:
                sources = [(_START[0], _START[1])]
                to_foreign = _START[2]
            else:
                kept, alien, lost = step.kept, step.alien, step.lost
                to_foreign = kept * _TO_FOREIGN[0] + sum(lost) * _TO_FOREIGN[1] + alien * _TO_FOREIGN[2]
                sources = [
                    (kept * _TO_KEPT[0], kept * _TO_LOST[0]),
                    (alien * _TO_KEPT[2], alien * _TO_LOST[2]),
                    *[(chance * _TO_KEPT[1], chance * _TO_LOST[1]) for chance in lost],
                ]
            if step is None or last is None or starts:
                links = after_each(beginning, typed, apart, meant)
                sources = [(sum([to_kept for to_kept, _ in sources]), sum([to_lost for _, to_lost in sources]))]
            else:
                places = last.places
                words_before = [(step.kept_ends, last.typed)]
                words_before += [(pair, places[spot]) for spot, pair in zip(step.spots, step.ends, strict=True)]
                links = after_each(words_before, typed, apart, meant)
                links.insert(1, word.after_unknown)
            kept = most = 0.0
            kept_ends = NO_PAIR
            for (to_kept, _), (of_kept, pair, _, _, _) in zip(sources, links, strict=True):
                flow = to_kept * (of_kept * spelt + _LEAST)
                kept += flow
                if flow > most:
                    most, kept_ends = flow, pair
            alien = to_foreign * word.english
            total = kept + alien
            spots: list[int] = []
            flows: list[float] = []
            ends: list[int] = []
            if word.places:
                flows, ends = _flows(word, sources, links)
                total += sum(flows)
                least = total * _NEGLIGIBLE
                spots = [spot for spot, flow in enumerate(flows) if flow > least]
            sums.add(word, step, links, total)
            step = _Step(
                kept / total, kept_ends, alien / total, spots, [flows[spot] / total for spot in spots],
                [ends[spot] for spot in spots], links,
            )  # fmt: skip
            last = word
            steps.append(step)
        return steps, sums


def _flows(word: Word, sources: Sequence[tuple[float, float]], links: Sequence[Link]) -> tuple[list[float], list[int]]:
    """Return how probable each Vietnamese word is that `word` may stand for if its diacritics were left out.

    Return (these probabilities, in the order of `word.places`; for each of these words, the index of its likeliest pair
    with the word before).

    Args:
        word: the typed word.
        sources: for each explanation of the word before (as typed, foreign, lacking diacritics), the probabilities that
            a word typed correctly and one that lacks diacritics comes next.
        links: how probable `word` is after each explanation of the word before.
    """
    rest = 0.0
    flows = [0.0] * len(word.places)
    peaks = flows.copy()
    ends = [NO_PAIR] * len(flows)
    for (_, to_lost), (_, _, of_rest, _, seen) in zip(sources, links, strict=True):
        rest += to_lost * of_rest
        for spot, chance, ended in seen:
            flow = to_lost * chance
            flows[spot] += flow
            if flow > peaks[spot]:
                peaks[spot], ends[spot] = flow, ended
    return [flow + rest * common for flow, common in zip(flows, word.common, strict=True)], ends


def _backward(
    words: Sequence[Word], steps: list[_Step]
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
        foreign_of[at] = of_foreign / total
        if chances:
            places = word.places
            pairs = [(places[spot], chance / total) for spot, chance in zip(step.spots, chances, strict=True)]
            chances_of[at] = pairs
            # A word that is spelt without diacritics lacks none, even in a message typed without them.
            typed = word.typed
            lost_of[at] = sum([chance for place, chance in pairs if place != typed])
        if not at:
            break
        later = [0.0] * len(word.places)
        common = 0.0
        for spot, weight in zip(step.spots, lost, strict=True):
            later[spot] = weight
            common += word.common[spot] * weight
        to_foreign = word.english * alien
        spelt = word.spelt
        back = [
            (
                (of_kept * spelt + _LEAST) * kept,
                rest * common + sum([chance * later[spot] for spot, chance, _ in seen]),
            )
            for of_kept, _, rest, _, seen in step.links
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


_START = (0.60, 0.25, 0.15)
_TO_KEPT = (0.94, 0.08, 0.10)
"""Probability that a word is as typed, if the word before is as typed, lacks its diacritics, or is foreign.

`_TO_LOST` and `_TO_FOREIGN`: the same for a word without its diacritics and for a foreign word.
"""
_TO_LOST = (0.04, 0.89, 0.10)
_TO_FOREIGN = (0.02, 0.03, 0.80)
_LEAST = 1e-9
_NEVER = 1e-9
_NEGLIGIBLE = 1e-3
_HARDLY = 0.02
_WORDS_REMEMBERED = 8_192
