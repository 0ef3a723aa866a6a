"""Features around a level word (Mật …) that show whether a secret document is passed on or only talked about.

The linear model of clause 4.1 is trained and scores with the same features.
"""

import itertools
import re
from collections.abc import Sequence

from zalo_governor.text.secrecy.level_words import LevelWord


def stance_features(folded: str, words: Sequence[LevelWord]) -> frozenset[str]:
    """Return a text's features for the state-secrets model: words, pairs of words, words near each level word (Mật …).

    Every level word is replaced by "§", so that the level does not matter; "mat" without diacritics, which may also be
    mất, mặt or mát (lost, face, cool), is replaced by "¤".

    Args:
        folded: the text in lower case without diacritics, at most a few hundred characters.
        words: the level words in it.
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
    """Replace the secrecy-level words of a text: each certain one by "§", each ambiguous one by "¤".

    `folded` is the text in lower case without diacritics.
    """
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
