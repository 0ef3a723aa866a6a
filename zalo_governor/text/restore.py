"""The sentence with its marks, as a proposal: for each word what the words around it make likeliest.

Abbreviations, numbers and foreign words stay as they were typed; so does a name, unless one reading of it is likely
enough and no part of the whole name is strange. Where the likeliest word is not much likelier than the next, other
sentences are given too.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from zalo_governor.text.diacritics import Words
from zalo_governor.text.evidence import Evidence
from zalo_governor.text.language import canonical
from zalo_governor.text.normalise import normalise
from zalo_governor.text.tokens import Token, TokenKind


class Choice(NamedTuple):
    """The readings of one word, the likeliest first, with their chances (0-1)."""

    token: Token
    readings: list[tuple[str, float]]


def restore(text: str, words: Words, most: int = 1) -> list[str]:
    """At most `most` sentences with marks, the likeliest first; the text itself, normalised, where none are missing."""
    normalised = normalise(text)
    return sentences_of(normalised.text, words.look(words.cut(normalised)), words, most)


def sentences_of(text: str, evidence: Evidence, words: Words, most: int = 1) -> list[str]:
    """The same, of a normalised text that has been read already."""
    choices = list(_choices(evidence, words))
    sentences = [_written(text, choices, {})]
    if most == 1:
        return sentences
    doubtful = sorted(
        (choice.readings[1][1] / choice.readings[0][1], at)
        for at, choice in enumerate(choices)
        if len(choice.readings) > 1 and choice.readings[1][1] > choice.readings[0][1] * _CLOSE
    )
    for _, at in reversed(doubtful):
        if len(sentences) >= most:
            break
        sentences.append(_written(text, choices, {at: 1}))
    return sentences


def _choices(evidence: Evidence, words: Words) -> Iterator[Choice]:
    readings = [
        _readings(token, chances, words, typed_too=evidence.marked)
        for token, chances in zip(evidence.words, evidence.chances, strict=True)
    ]
    for named, run in groupby(range(len(readings)), evidence.named.__getitem__):
        places = [at for at in run if readings[at]]
        surest = [readings[at][0][1] for at in places]
        if named:
            # One part that nothing explains makes the whole a name of another kind: "Chang Gio Xu".
            known = min(surest, default=0.0) >= _NO_STRANGE_NAME
            places = [at for at, sure in zip(places, surest, strict=True) if known and sure >= _SURE_OF_A_NAME]
        yield from (Choice(evidence.words[at], readings[at]) for at in places)


def _readings(
    token: Token, chances: Sequence[tuple[int, float]], words: Words, *, typed_too: bool
) -> list[tuple[str, float]]:
    """The two likeliest readings of one word, the likelier first; none of what stays as it was typed."""
    if token.kind is not TokenKind.WORD or not chances or token.text.lower() in words.abbreviations:
        return []
    known = words.model.language.words
    kept = 1.0 - sum([chance for _, chance in chances])
    if not typed_too and kept <= _KEPT:
        best = sorted(chances, key=itemgetter(1), reverse=True)
        return [(known[place], chance) for place, chance in best[:2]]
    readings = {known[place]: chance for place, chance in chances}
    typed = canonical(token.text.lower())
    readings[typed] = readings.get(typed, 0.0) + kept
    return sorted(readings.items(), key=itemgetter(1), reverse=True)[:2]


def _written(text: str, choices: Sequence[Choice], instead: dict[int, int]) -> str:
    parts: list[str] = []
    at = 0
    for number, (token, readings) in enumerate(choices):
        meant, _ = readings[instead.get(number, 0)]
        if canonical(token.text.lower()) != meant:
            parts += text[at : token.start], _in_its_case(meant, token.text)
            at = token.end
    return "".join(parts) + text[at:]


def _in_its_case(meant: str, typed: str) -> str:
    if typed.islower() or len(meant) != len(typed):
        return meant
    return "".join(letter.upper() if model.isupper() else letter for letter, model in zip(meant, typed, strict=True))


_CLOSE = 0.35
"""From this ratio of chances on, the second reading is worth a sentence of its own."""
_KEPT = 0.95
"""In a message without any mark, a word surer than this to be meant as typed may be so."""
_SURE_OF_A_NAME = 0.75
_NO_STRANGE_NAME = 0.4
