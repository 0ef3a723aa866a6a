"""Features of a text for the trained model of clause 4.1: character n-grams, words, their positions and evidence."""

import re

from zalo_governor.rules.secrecy.evidence import Weighed
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.ngrams import Features
from zalo_governor.text.secrecy.stance import levelled, stance_features


def features_of(weighed: Weighed, *, hides: bool) -> Features:
    """Return the full model's input features of a window of text, from its evidence.

    `hides` says that the evidence appeared only after decoding the text.
    """
    runs = _NUMBER.sub("0", levelled(weighed.folded, weighed.words)).replace("\n", "|")
    return Features(
        _BLANKS.sub(" ", runs),
        stance_features(weighed.folded, weighed.words)
        | frozenset(f"m:{word}" for word in _WORD.findall(weighed.text.lower()) if has_marks(word))
        | frozenset(_facts(weighed, hides)),
    )


def glanced(text: str) -> Features:
    """Return the features for the quick-check model: the words of the text in lower case, with diacritics as typed."""
    return Features("", frozenset(_WORD.findall(text.lower())))


def _facts(weighed: Weighed, hides: bool) -> list[str]:
    words, best = weighed.words, weighed.best
    talk = min(weighed.talk, _MOST_TALK)
    facts = [f"reason:{best.reason}", f"talk:{talk}", f"levels:{min(len(words), 3)}"]
    facts += [f"points>{points}" for points in range(min(best.points, 6))]
    facts += [f"talk>{signs}" for signs in range(min(weighed.talk, 4))]
    told = {
        "forbidden": weighed.forbidden,
        "refused": weighed.refused,
        "transmitted": weighed.transmitted,
        "numbered": weighed.numbered,
        "elsewhere": weighed.elsewhere,
        "state": weighed.of_state_secrets,
        "several": weighed.several,
        "work": weighed.work,
        "label": weighed.label,
        "file": weighed.file,
        "hides": hides,
        "disguised": any(word.disguised for word in words),
        "in_name": any(word.in_name for word in words),
        "unsure": bool(words) and not any(word.marked or word.disguised for word in words),
        "shouted": any(weighed.text[word.start : word.end].isupper() for word in words),
        "small": weighed.text.islower(),
        "lines": "\n" in weighed.text,
        "marked": has_marks(weighed.text),
        "denied": weighed.denied,
        "named": weighed.named,
        "hinted": weighed.hinted,
        "asks": weighed.text.rstrip().endswith("?"),
    }
    facts += [name for name, true in told.items() if true]
    if words:
        facts.append(f"level:{max(word.level for word in words)}")
        facts.append(f"x:{best.reason}/{weighed.transmitted}/{talk}")
        facts.append(f"y:{weighed.label}/{weighed.transmitted}/{talk}")
    else:
        facts.append(f"z:{weighed.hinted}/{weighed.transmitted}/{weighed.numbered}")
    facts.append(f"length:{min(len(weighed.text) // 25, 6)}")
    return facts


_MOST_TALK = 2
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"[ \t]+")
_WORD = re.compile(r"[\w*†@]+")
