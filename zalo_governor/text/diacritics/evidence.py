"""What a message shows about its marks, as figures: the input of the trained decision (`text.diacritics.forest`)."""

from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.text.diacritics.lattice import Lattice, Reader
from zalo_governor.text.diacritics.spellings import Word
from zalo_governor.text.tokens import Token, TokenKind

RISING = frozenset({*range(16, 26), 28, 42, 43, *range(45, 56)})
"""The numbers of those figures that grow with the chances of words to lack marks, and speak for nothing else."""


class Evidence(NamedTuple):
    """The figures, and the words they were read from."""

    figures: tuple[float, ...]
    words: list[Token]
    lost: list[float]
    """For each word, the chance (0-1) that it lacks marks."""
    chances: list[list[tuple[int, float]]]
    """For each word, what it may be meant as, as places in the language, with their chances."""
    named: list[bool]
    """For each word, whether it stands in capitals like a name."""

    @property
    def vietnamese(self) -> bool:
        """Whether any word could be Vietnamese."""
        return self.figures[0] > 0

    @property
    def shouted(self) -> bool:
        """Whether the whole message is in capitals."""
        return self.figures[8] > 0

    @property
    def several(self) -> float:
        """The chance (0-1) that at least two words lack marks."""
        return self.figures[-1]

    @property
    def share_lost(self) -> float:
        """The share (0-1) of the words that likely lack marks."""
        return sum(self.lost) / max(len(self.lost), 1)

    @property
    def marked(self) -> bool:
        """Whether any word bears marks."""
        return self.figures[2] > 0


class Cut(NamedTuple):
    """A normalised text, cut into what is read of it."""

    text: str
    prose: list[Token]
    """Words, and codes that stand among them."""
    words: list[Word]
    """What each may stand for."""
    begins: list[bool]
    """Which of them begin a sentence or clause."""
    codes: int
    """How many tokens are no words."""


def cut(reader: Reader, text: str, found: Sequence[Token]) -> Cut:
    """The text by its tokens."""
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
                # Lines break anywhere on their way through programs, at times behind every word.
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
    """The figures of a text."""
    text, prose, words, begins, codes = cut
    lattice = reader.read(words, begins)
    # A sentence in capitals is a sentence; capitals between commas are abbreviations.
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
    """Whether a word is an abbreviation, or the first letter of a name."""
    if token.text.lower() in abbreviations:
        return True
    if shouted or not token.text.isupper():
        return False
    return len(token.text) > 1 or text[token.end : token.end + 1] == "."


def _named(prose: list[Token], words: list[Word], begins: list[bool], unknown: int) -> list[bool]:
    """Words in capitals that are no beginning, or a beginning that goes on in capitals."""
    capital = [token.kind is TokenKind.WORD and token.text[0].isupper() for token in prose] + [False]
    follows = [not begin for begin in begins] + [False]
    return [
        capital[at]
        # A word that no syllable fits as it stands has lost its tone, name or not.
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
    """The same chances for a writer who drops marks here and there: together, the best three, one and two."""
    even = [chance * _CARELESS / (chance * _CARELESS + 1.0 - chance) for chance in chances]
    best = [*even[:3], 0.0, 0.0, 0.0]
    return sum(even), sum(even) / max(len(even), 1), best[1], best[2], *_one_and_two(even)


def _one_and_two(chances: Sequence[float]) -> tuple[float, float]:
    """The chance (0-1) that at least one word lacks marks, and that at least two do: one is a slip, two are not."""
    none, one = 1.0, 0.0
    for chance in chances:
        kept = 1.0 - chance
        none, one = none * kept, one * kept + none * chance
    return 1.0 - none, max(1.0 - none - one, 0.0)


_WITHIN_A_CLAUSE = " -/&+'"
_CARELESS = 80.0
"""How much likelier such a writer drops a mark than one in a message that is otherwise as it should be."""
