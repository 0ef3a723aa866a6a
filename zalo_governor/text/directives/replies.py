"""Features by which a message is judged as a reply to a directive: receipt, answer, or neither."""

import re

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.topics import features_of

ACKNOWLEDGED, ANSWERED, NEITHER = "ack", "answer", "no"
"""The classes of the model `reply.classes`: only confirms receipt; tells something of the matter; none of the two."""


def features_of_reply(reply: str, directive: str) -> frozenset[str]:
    """Return the features of a normalised reply: words, length, figures, words that it shares with the directive."""
    found = set(features_of(reply))
    tokens = _TOKEN.findall(fold(reply))
    asked = set(_TOKEN.findall(fold(directive)))
    words = [token for token in tokens if token[0].isalpha()]
    shared = set(words) & asked
    found.update((
        f"words {min(len(words), _MOST_WORDS)}", f"length {min(len(words) // 3, 8)}",
        f"shared {min(len(shared), 5)}", f"share {4 * len(shared) // max(1, len(set(words)))}",
        f"figures {min(len(_FIGURE.findall(reply)), 3)}",
        f"asks back {'?' in reply}", f"asked {'?' in directive}", f"marked {has_marks(reply.lower())}",
        f"begins {' '.join(tokens[:3])}", f"all {' '.join(tokens)[:40]}", f"ends {' '.join(words[-2:])}",
    ))  # fmt: skip
    if not words:
        found.add("signs " + "".join(sorted(set(tokens))))
    found.update(f"both {word}" for word in shared)
    found.update(f"t {' '.join(three)}" for three in zip(tokens, tokens[1:], tokens[2:], strict=False))
    if _DONE.search(reply.lower()):
        found.add("done")
    if _PROMISED.search(reply.lower()):
        found.add("promised")
    return frozenset(found)


_MOST_WORDS = 14
_TOKEN = re.compile(r"\w+|[^\w\s]")
_FIGURE = re.compile(r"\d+")
_DONE = re.compile(r"\b(?:đã|xong|rồi|hiện|đang|da|roi|hien|dang)\b")
_PROMISED = re.compile(r"\b(?:sẽ|ngay|làm|triển khai|thực hiện|se|lam)\b")
