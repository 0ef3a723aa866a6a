"""Proposes a sentence with its diacritics: each word becomes the one that its neighbours make likeliest.

The words of fixed expressions, agency names and job titles come from lists. Abbreviations, numbers and foreign words
stay as typed; so does a person's or place's name, unless one spelling is likely enough and no part of the whole name is
strange. Where the likeliest spelling is not much likelier than the second, alternative sentences are returned as well.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from math import log
from operator import itemgetter
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.diacritics.evidence import Evidence
from zalo_governor.text.diacritics.judge import Words
from zalo_governor.text.diacritics.language import canonical
from zalo_governor.text.normalise import normalise
from zalo_governor.text.syllables import is_bare_syllable
from zalo_governor.text.tokens import Token, TokenKind


class Choice(NamedTuple):
    """The possible spellings of one word of a message with their probabilities (0-1), the likeliest first."""

    token: Token
    readings: list[tuple[str, float]]


def propose(text: str, words: Words, least: float) -> str | None:
    """Return the text with its likeliest diacritics, None if they are too uncertain.

    `least` is the lowest accepted natural logarithm (at most 0) of the probability that all words are right.
    """
    normalised = normalise(text)
    return proposal_of(normalised.text, words.look(words.cut(normalised)), words, least)


def proposal_of(text: str, evidence: Evidence, words: Words, least: float) -> str | None:
    """Return a normalised text with its likeliest diacritics, None if they are too uncertain.

    `evidence` is that of the text (see `Words.look`); `least` is as for `propose`.
    """
    expected = words.expressions.meant(evidence.words, text)
    trust = 0.0
    for at, (token, chances) in enumerate(zip(evidence.words, evidence.chances, strict=True)):
        readings = _readings(token, chances, words, expected.get(at), typed_too=evidence.marked)
        named = evidence.named[at] and at not in expected
        trust += log(_chance(token, readings, words, shouted=evidence.shouted, named=named))
        if trust < least:
            return None
    return _apply_choices(text, [choice for choice in _choices(text, evidence, words) if choice.readings], {})


def restore(text: str, words: Words, most: int) -> list[str]:
    """Return at most `most` versions of the text with its diacritics restored, the likeliest first.

    If no diacritics are missing, the only version is the normalised text.
    """
    normalised = normalise(text)
    evidence = words.look(words.cut(normalised))
    choices = [choice for choice in _choices(normalised.text, evidence, words) if choice.readings]
    sentences = [_apply_choices(normalised.text, choices, {})]
    doubtful = sorted(
        (choice.readings[1][1] / choice.readings[0][1], at)
        for at, choice in enumerate(choices)
        if len(choice.readings) > 1 and choice.readings[1][1] > choice.readings[0][1] * _CLOSE
    )
    for _, at in reversed(doubtful):
        if len(sentences) >= most:
            break
        sentences.append(_apply_choices(normalised.text, choices, {at: 1}))
    return sentences


def _choices(text: str, evidence: Evidence, words: Words) -> list[Choice]:
    """Return the possible spellings of each word of the message; none for a word that stays as typed."""
    expected = words.expressions.meant(evidence.words, text)
    readings = [
        _readings(token, chances, words, expected.get(at), typed_too=evidence.marked)
        for at, (token, chances) in enumerate(zip(evidence.words, evidence.chances, strict=True))
    ]
    for named, run in groupby(range(len(readings)), evidence.named.__getitem__):
        places = [at for at in run if readings[at]]
        if named:
            # One strange part shows that the whole is a name of another language: "Chang Gio Xu".
            surest = [readings[at][0][1] for at in places]
            known = min(surest, default=0.0) >= _NO_STRANGE_NAME
            for at, sure in zip(places, surest, strict=True):
                if at not in expected and not (known and sure >= _SURE_OF_A_NAME):
                    readings[at] = []
    return [Choice(token, found) for token, found in zip(evidence.words, readings, strict=True)]


def _readings(
    token: Token,
    chances: Sequence[tuple[int, float]],
    words: Words,
    expected: tuple[str, float] | None,
    *,
    typed_too: bool,
) -> list[tuple[str, float]]:
    """Return the two likeliest spellings of a word with their probabilities (0-1), the likelier first.

    The list is empty if the word is to stay as typed.

    Args:
        token: the word.
        chances: the Vietnamese words it may stand for, as (index in `Language.words`, probability).
        words: word lists and language model.
        expected: spelling required by a fixed expression, and how many times likelier that makes it; None if there is
            none.
        typed_too: whether the word may be right as typed, because the message has some diacritics.
    """
    if short := words.expressions.abbreviation(token.text):
        return [(short, _LISTED)]
    lower = token.text.lower()
    if token.kind is not TokenKind.WORD or not chances:
        return []
    if expected is None and lower in words.abbreviations and (token.text.isupper() or not is_bare_syllable(lower)):
        return []
    known = words.model.language.words
    kept = 1.0 - sum([chance for _, chance in chances])
    readings = {known[place]: chance for place, chance in chances}
    if typed_too or kept > _KEPT:
        typed = canonical(lower)
        readings[typed] = readings.get(typed, 0.0) + kept
    if expected is not None:
        word, likelier = expected
        readings[word] = likelier * readings.get(word, _LEAST_EXPECTED)
    total = sum(readings.values())
    best = sorted(readings.items(), key=itemgetter(1), reverse=True)[:2]
    return [(word, chance / total) for word, chance in best]


def _chance(token: Token, readings: Sequence[tuple[str, float]], words: Words, *, shouted: bool, named: bool) -> float:
    """Return the probability (0-1) that the proposed spelling of a word, the first of `readings`, is right.

    Where `readings` is empty, the word stays as typed, and the result is the probability that this is right.

    Args:
        token: the word.
        readings: its likeliest spellings with their probabilities.
        words: word lists and language model.
        shouted: whether the whole message is in capitals.
        named: whether the word is part of a name.
    """
    if readings:
        return min(readings[0][1], _SUREST_NAME if named else _SUREST)
    if has_marks(token.text):
        return 1.0
    if token.kind is not TokenKind.WORD:
        doubtful = any(map(_may_lack_marks, _LETTERS.findall(token.text)))
    elif named and not token.text.isupper():
        doubtful = bool(words.reader.word(token.text).meant)
    else:
        doubtful = _may_lack_marks(token.text) and not shouted
    return _DOUBTFUL if doubtful else 1.0


def _may_lack_marks(part: str) -> bool:
    """Return whether an abbreviation or a part of a code may lack diacritics: a "D" may stand for "Đ"."""
    if part.isupper():
        return "D" in part
    return len(part) > _UNIT and is_bare_syllable(part.lower())


def _apply_choices(text: str, choices: Sequence[Choice], instead: dict[int, int]) -> str:
    parts: list[str] = []
    at = 0
    for number, (token, readings) in enumerate(choices):
        meant, _ = readings[instead.get(number, 0)]
        if canonical(token.text.lower()) != meant:
            parts += text[at : token.start], _match_case(meant, token.text)
            at = token.end
    return "".join(parts) + text[at:]


def _match_case(meant: str, typed: str) -> str:
    if typed.islower() or len(meant) != len(typed):
        return meant
    return "".join(letter.upper() if model.isupper() else letter for letter, model in zip(meant, typed, strict=True))


_CLOSE = 0.35
"""Least ratio of the second spelling's probability to the first's at which an alternative sentence is returned."""
_KEPT = 0.95
"""In a message without any diacritics, a word as typed remains a possible spelling only above this probability."""
_LISTED = 0.995
_LEAST_EXPECTED = 1e-3
_DOUBTFUL = 0.3
_SUREST, _SUREST_NAME = 0.998, 0.9
_UNIT = 2
"""Words of at most this many letters count as units of measure ("km") and lack no diacritics."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SURE_OF_A_NAME = 0.75
_NO_STRANGE_NAME = 0.4
