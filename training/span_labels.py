"""Labels of the tokens of directives whose addressees are known, from which the model of addressees learns."""

import re
from collections.abc import Iterable, Sequence

from zalo_governor.text.directives.addressees import EVERYBODY, NONE, WORDS_FOR_EVERYBODY, numbers_of
from zalo_governor.text.directives.names import COUNT, PLURAL, Token
from zalo_governor.text.fold import fold


def labels_for(text: str, tokens: Sequence[Token], addressees: Iterable[str]) -> list[str]:
    """Return the label of each token ("B-A", "I-A", "O" …) by a text's known addressees, to train `SpanModel`."""
    labels = [NONE] * len(tokens)
    at = 0
    for addressee in addressees:
        found = _place_of(text, addressee, at, tokens, labels)
        if found is None:
            continue
        start, end, kind = found
        inside = numbers_of(tokens, start, end)
        for number in inside:
            labels[number] = f"{'B' if number == inside[0] else 'I'}-{kind}"
        at = end if kind != "L" else at
    return labels


def _place_of(
    text: str, addressee: str, at: int, tokens: Sequence[Token], labels: Sequence[str]
) -> tuple[int, int, str] | None:
    if addressee == EVERYBODY:
        free = (
            match
            for match in WORDS_FOR_EVERYBODY.finditer(text)
            if all(
                labels[n] == NONE for n, one in enumerate(tokens) if one.start < match.end() and one.end > match.start()
            )
        )
        match = next(free, None)
        return (match.start(), match.end(), "L") if match else None
    words = addressee.split(" ")
    for dropped in range(len(words)):
        tail = " ".join(words[dropped:])
        start = text.find(tail, at)
        if start < 0 and not dropped:
            start = text.find(tail)
        if start >= 0 and (dropped or not PLURAL.match(addressee)):
            plural = _PLURAL_BEFORE.search(text[:start])
            # "UBND các xã A, B": the first stands with the plural of the head, which its name does not have.
            if dropped and plural and fold(words[0]) == fold(plural.group().split()[0]):
                return plural.start(), start + len(tail), "A"
            return start, start + len(tail), "R" if dropped else "A"
    return None


_PLURAL_BEFORE = re.compile(rf"(?:UBND|CA|Công an) {COUNT} $", re.IGNORECASE)
