"""Computes the *figures* of a message: numbers on its diacritics, which the decision trees (`forest.py`) score."""

from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.text.diacritics.lattice import Lattice, Reader
from zalo_governor.text.diacritics.spellings import Word
from zalo_governor.text.tokens import Token, TokenKind

RISING = frozenset({*range(16, 26), 28, 42, 43, *range(45, 56)})
"""Indexes of the figures that can only grow as words become likelier to lack diacritics.

The training makes the score of the decision trees grow with them too (monotonic constraints).
"""


class Evidence(NamedTuple):
    """Result of analysing one message for missing diacritics: figures for the trees, and probabilities per word."""

    figures: tuple[float, ...]
    """Input of the decision trees, in the order in which `_figures` returns the numbers."""
    words: list[Token]
    lost: list[float]
    """For each of `words`, the probability (0-1) that it lacks diacritics."""
    chances: list[list[tuple[int, float]]]
    """For each of `words`, the Vietnamese words it may stand for, as (index in `Language.words`, probability)."""
    named: list[bool]
    """For each of `words`, whether it is capitalised like a name."""

    @property
    def vietnamese(self) -> bool:
        """Return whether any word of the message could be Vietnamese, with or without its diacritics."""
        return self.figures[0] > 0

    @property
    def shouted(self) -> bool:
        """Return whether the whole message is typed in capital letters."""
        return self.figures[8] > 0

    @property
    def several(self) -> float:
        """Return the probability (0-1) that at least two words of the message lack diacritics."""
        return self.figures[-1]

    @property
    def share_lost(self) -> float:
        """Return the expected share (0-1) of the words that lack diacritics: the mean of `lost`, 0 if empty."""
        return sum(self.lost) / max(len(self.lost), 1)

    @property
    def marked(self) -> bool:
        """Return whether any word of the message was typed with diacritics."""
        return self.figures[2] > 0


class Cut(NamedTuple):
    """A normalised text split into words, to be analysed for missing diacritics; the three lists are parallel."""

    text: str
    prose: list[Token]
    """The words of the text, and the codes (numbers, document numbers) between them, as tokens."""
    words: list[Word]
    """For each token of `prose`, the words it may stand for: itself, or words with diacritics where it has none."""
    begins: list[bool]
    """For each token of `prose`, whether it begins a sentence or clause."""
    codes: int
    """Number of code tokens (numbers, document numbers) in the text."""


def cut(reader: Reader, text: str, found: Sequence[Token]) -> Cut:
    """Select the words and codes of a normalised text, and look up which Vietnamese words each may stand for.

    Args:
        reader: looks up words in the language model.
        text: the normalised text.
        found: all tokens of the text (words, links, mentions …), as `text.tokens.tokens` returns them.
    """
    prose: list[Token] = []
    begins: list[bool] = []
    end = 0
    codes = 0
    breaks = True
    for token in found:
        kind, start = token.kind, token.start
        if kind is TokenKind.WORD or kind is TokenKind.CODE:
            between = text[end:start]
            broke, breaks = breaks, False
            if not end:
                begins.append(True)
                breaks = True
            elif between == " " or not (signs := between.strip(_WITHIN_A_CLAUSE)):
                begins.append(False)
            elif signs.isspace():
                # Programs insert line breaks anywhere, some after every word.
                breaks = True
                begins.append(token.text[0].isupper() and not broke)
            else:
                begins.append(True)
            prose.append(token)
        codes += kind is TokenKind.CODE
        end = token.end
    word = reader.word
    return Cut(text, prose, [word(token.text) for token in prose], begins, codes)


def gather(reader: Reader, cut: Cut, abbreviations: frozenset[str]) -> Evidence:
    """Compute the evidence for missing diacritics in a text that `cut` has split into words.

    Args:
        reader: scores the words by the language model.
        cut: the split text.
        abbreviations: short forms that are correct without diacritics, in lower case.
    """
    text, prose, words, begins, codes = cut
    lattice = reader.read(words, begins)
    # A whole sentence in capitals is shouting; capitals between commas are abbreviations.
    shouted = (
        "".join([token.text for token in prose]).isupper()
        and sum(word.syllable for word in words) * 2 > len(words)
        and any(word.syllable and not begin for word, begin in zip(words, begins, strict=True))
    )
    named = _named(prose, words, begins, reader.language.unknown) if not shouted else [False] * len(prose)
    shortened = [_is_short(text, token, abbreviations, shouted=shouted) for token in prose]
    figures = _figures(prose, words, lattice, named, shortened, codes, shouted=shouted)
    return Evidence(figures, prose, lattice.lost, lattice.chances, named)


def _is_short(text: str, token: Token, abbreviations: frozenset[str], *, shouted: bool) -> bool:
    """Return whether a word may lack diacritics as a short form: one of `abbreviations`, in capitals, or an initial.

    An initial is a single capital letter with a dot after it. `shouted` says that the whole message is in capitals, so
    that capitals prove nothing.
    """
    if token.text.lower() in abbreviations:
        return True
    if shouted or not token.text.isupper():
        return False
    return len(token.text) > 1 or text[token.end : token.end + 1] == "."


def _named(prose: list[Token], words: list[Word], begins: list[bool], unknown: int) -> list[bool]:
    """Return for each word of a message whether it looks like part of a name.

    Such a word is capitalised, and either does not begin a sentence or clause (see `begins`) or is followed by another
    capitalised word. `unknown` is the index in `Language.words` of the stand-in for words that are no Vietnamese
    syllable.
    """
    capital = [token.kind is TokenKind.WORD and token.text[0].isupper() for token in prose] + [False]
    follows = [not begin for begin in begins] + [False]
    return [
        capital[at]
        # A word with diacritics that is no syllable as typed has lost its tone mark, even if it is a name.
        and not (word.marked and word.meant and word.typed == unknown)
        and (follows[at] or (capital[at + 1] and follows[at + 1]))
        for at, word in enumerate(words)
    ]


def _figures(
    prose: list[Token], words: list[Word], lattice: Lattice, named: list[bool], shortened: list[bool], codes: int,
    *, shouted: bool,
) -> tuple[float, ...]:  # fmt: skip
    bare = marked = unknown = english = capitals = short = needs = never = small_bare = marked_small = botched = 0
    half = best_marked = 0.0
    of_names: list[float] = []
    gains: list[float] = []
    rare: list[float] = []
    every = 0.0
    small: list[float] = []
    run = best_run = 0
    for at, (token, word) in enumerate(zip(prose, words, strict=True)):
        if token.kind is not TokenKind.WORD:
            continue
        if shortened[at]:
            short += 1
            continue
        lost = lattice.lost[at]
        botched += word.marked and not word.share and bool(word.meant)
        capitals += named[at]
        if not word.syllable:
            unknown += 1
            english += word.known_english
            continue
        every += lost
        if word.marked:
            marked += 1
            half += lost
        else:
            bare += 1
            english += word.known_english
        if named[at]:
            of_names.append(lost)
            continue
        small.append(lost)
        run = run + 1 if lost > 0.5 else 0
        best_run = max(best_run, run)
        if word.marked:
            marked_small += 1
            best_marked = max(best_marked, lost)
            continue
        gains.append(lattice.gains[at])
        rare.append(1.0 - word.share)
        needs += word.share < 0.5
        never += word.share < 0.03
        small_bare += 1
    gains.sort(reverse=True)
    rare.sort(reverse=True)
    first = lattice.lost[0] if lattice.lost else 0.0
    total = sum(small)
    small.sort(reverse=True)
    top = [*small[:3], 0.0, 0.0, 0.0]
    count = bare + marked
    many = max(count, 1)
    few = max(len(small), 1)
    gain = lattice.lost_log - lattice.kept_log
    sure50 = sum(1 for chance in small if chance > 0.5)
    mixed = lattice.any_log - lattice.kept_log
    return (
        count, bare, marked, marked / many, unknown, english, codes, capitals, float(shouted), short,
        gain, gain / many, lattice.lost_log - lattice.foreign_log, lattice.kept_log - lattice.foreign_log,
        mixed, mixed / many,
        every, total, total / few, top[0], top[1], top[2],
        sure50, sum(1 for chance in small if chance > 0.9), sure50 / few, best_run,
        gains[0] if gains else 0.0, gains[1] if len(gains) > 1 else 0.0, half, sum(lattice.foreign),
        rare[0] if rare else 0.0, rare[1] if len(rare) > 1 else 0.0, first,
        needs, never, small_bare, sum(of_names), max(of_names, default=0.0), small_bare / few, capitals / many,
        marked_small, botched,
        sum(1 for chance in small if chance > 0.9) / few, top[0] + top[1] + top[2],
        gains[2] if len(gains) > 2 else 0.0, best_marked, *_at_even_odds(small),
        *_one_and_two(small), *_one_and_two([*small, *of_names]),
    )  # fmt: skip


def _at_even_odds(chances: Sequence[float]) -> tuple[float, ...]:
    """Return six figures that assume a careless writer, who omits diacritics more often than the model expects.

    The odds of each probability are multiplied by `_CARELESS`. The figures are the sum and the mean of the raised
    probabilities, the second and the third highest, and the two that `_one_and_two` computes from them. `chances` are
    the probabilities of the message's words to lack diacritics, the highest first.
    """
    even = [chance * _CARELESS / (chance * _CARELESS + 1.0 - chance) for chance in chances]
    best = [*even[:3], 0.0, 0.0, 0.0]
    return sum(even), sum(even) / max(len(even), 1), best[1], best[2], *_one_and_two(even)


def _one_and_two(chances: Sequence[float]) -> tuple[float, float]:
    """Return the probabilities (0-1) that at least one word, and that at least two words of a message lack diacritics.

    `chances` are the probabilities that the single words lack diacritics; they are treated as independent.
    """
    none, one = 1.0, 0.0
    for chance in chances:
        kept = 1.0 - chance
        none, one = none * kept, one * kept + none * chance
    return 1.0 - none, max(1.0 - none - one, 0.0)


_WITHIN_A_CLAUSE = " -/&+'"
_CARELESS = 80.0
"""Factor on the odds that a careless writer omitted a word's diacritics, compared with a writer of correct messages."""
