"""Looks up what a typed word may stand for: itself, a word with diacritics that were left out, or a foreign word."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.diacritics.language import NO_PAIR, Language, Link, Range, canonical
from zalo_governor.text.diacritics.shorthand import STANDS_FOR, unstretched
from zalo_governor.text.fold import fold


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A typed word, and the Vietnamese words it may stand for if diacritics were left out.

    Indexes refer to `Language.words`; shares are those of a word among all words of running text.
    """

    typed: int
    """Index of the word as typed; of the full word for a short form; of the stand-in for unknown words."""
    spelt: float
    """Probability (0-1) of the typed spelling, if the word at `typed` is meant; 1 for a word in the list."""
    meant: tuple[Range, ...]
    """Ranges of the words it may stand for, itself included, if diacritics were left out; empty if none can be."""
    places: Sequence[int]
    """Indexes of all words in `meant`."""
    common: Sequence[float]
    """Share (0-1) of each of `places` in running text."""
    company: float
    """Sum of `common`: the share (0-1) of all words that this one may stand for."""
    apart: bool
    """Whether the word at `typed` is in none of the ranges `meant`."""
    english: float
    """Share (0-1) of the word in English text."""
    share: float
    """Probability (0-1) that the word is meant as typed, regardless of its neighbours: its part of `company`."""
    marked: bool
    """Whether the word was typed with diacritics."""
    syllable: bool
    """Whether the word is in the list of Vietnamese words, or would be with diacritics."""
    known_english: bool
    """Whether the word is in the list of English words."""
    after_unknown: Link
    """How probable this word is after a word that is no Vietnamese syllable."""


def word_of(language: Language, text: str) -> Word:
    """Look up what one typed word may stand for; text with other characters than letters counts as a number."""
    if not text.isalpha():
        link = language.after(NO_PAIR, language.unknown, language.number, True, ())
        return Word(
            language.number, 1.0, (), (), (), 0.0, True, _NUMBER_AMONG_ENGLISH, 1.0, False, False, False, link
        )  # fmt: skip
    lower = _with_its_tone_in_place(language, canonical(text.lower()))
    english = language.english.get(lower)
    place, meant = language.places.get(lower), _meant(language, lower)
    if place is None and not meant:
        plain = canonical(unstretched(lower))
        # In a stretched word ("oiii") missing diacritics do not matter.
        place = language.places.get(plain)
        english = english if english is not None else language.english.get(plain)
    marked = has_marks(lower)
    syllable = place is not None or bool(meant)
    places: Sequence[int]
    if len(meant) == 1:
        places = range(*meant[0])
        common = language.common[places.start : places.stop]
    else:
        places = [at for first, last in meant for at in range(first, last)]
        common = array("d", [language.common[at] for at in places])
    company = sum(common)
    if place is not None:
        typed, spelt = place, 1.0
        share = language.common[typed] / company if company else 1.0
    else:
        full = language.places.get(STANDS_FOR.get(lower, ""))
        typed, spelt = (language.unknown, _SPELLING) if full is None else (full, _SHORTENED)
        share = 0.0
    foreign = english if english is not None else (0.0 if marked else _UNKNOWN_ENGLISH)
    apart = typed not in places
    link = language.after(NO_PAIR, language.unknown, typed, apart, meant)
    return Word(
        typed, spelt, meant, places, common, company, apart, foreign, share, marked, syllable, english is not None, link
    )  # fmt: skip


def _with_its_tone_in_place(language: Language, lower: str) -> str:
    """Return the existing word with the same letters and tone, if the mark is on another vowel: "gói" for "goí".

    Phones may put tone marks on wrong vowels. The word is returned unchanged if it exists or if no such word does.
    """
    if lower.isascii() or lower in language.places:
        return lower
    toneless, tone = split_tone(lower)
    first, last = language.toneless.get(toneless, (0, 0)) if tone else (0, 0)
    return next((word for word in language.words[first:last] if split_tone(word)[1] == tone), lower)


def _meant(language: Language, lower: str) -> tuple[Range, ...]:
    if not has_marks(lower):
        found = language.skeletons.get(lower)
        return (found,) if found else ()
    forms = (lower, _BARRED + lower[1:]) if lower[0] == "d" else (lower,)
    tone = split_tone(lower)[1]
    if not tone:
        return tuple(language.toneless[form] for form in forms if form in language.toneless)
    places = [language.places[form] for form in forms if form in language.places]
    if not places and lower not in language.places:
        first, last = language.skeletons.get(fold(lower), (0, 0))
        places = [at for at in range(first, last) if split_tone(language.words[at])[1] == tone]
    return tuple((place, place + 1) for place in places) if places and places != [language.places.get(lower)] else ()


_BARRED = "đ"
_SPELLING = 3e-5
"""Probability of one particular spelling among all the words in Vietnamese text that are no Vietnamese syllable."""
_SHORTENED = 0.05
"""Probability that a word is written in a certain short form, not in full."""
_UNKNOWN_ENGLISH = 2e-6
_NUMBER_AMONG_ENGLISH = 0.02
