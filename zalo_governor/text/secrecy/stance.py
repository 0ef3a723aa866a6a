"""Features around a secrecy-level word that show whether a secret document is passed on or only talked about.

The features feed a small linear model, the same in training and judging.
"""

import itertools
import re
from collections.abc import Sequence

from zalo_governor.text.secrecy.level_words import LevelWord


def stance_features(folded: str, words: Sequence[LevelWord]) -> frozenset[str]:
    """Return words, word pairs and words near the levels of a folded text of at most a few hundred characters.

    All level words become one sign; an ambiguous "mat" without diacritics (mất, mặt, mát?) becomes another sign.
    """
    tokens = [_NUMBER.sub("#", token) for token in _TOKEN.findall(levelled(folded, words))]
    found = {f"u:{token}" for token in tokens}
    found.update(f"p:{first} {second}" for first, second in itertools.pairwise(tokens))
    places = [at for at, token in enumerate(tokens) if token in _LEVELS]
    for place in places[:_MOST]:
        for step in (-2, -1, 1, 2):
            if 0 <= place + step < len(tokens):
                found.add(f"{tokens[place]}{step:+d}:{tokens[place + step]}")
    if places:
        found.add(f"before:{min(places[0] // 3, 4)}")
        found.add(f"after:{min((len(tokens) - places[-1]) // 3, 4)}")
    return frozenset(found)


def levelled(folded: str, words: Sequence[LevelWord]) -> str:
    """Return the folded text with each level word replaced by a sign, one for certain and one for ambiguous words."""
    pieces: list[str] = []
    at = 0
    for word in words:
        pieces += (folded[at : word.start], _SURE if word.marked or word.disguised else _UNSURE)
        at = max(at, word.end)
    return "".join((*pieces, folded[at:]))


_SURE, _UNSURE = _LEVELS = ("§", "¤")
_MOST = 4
_TOKEN = re.compile(rf"[a-z0-9]+|[{''.join(_LEVELS)}?]")
_NUMBER = re.compile(r"\d+")
