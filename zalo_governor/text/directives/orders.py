"""Features by which a message of the leadership is recognised as a directive (an order), see `text.linear_classes`."""

import re

from zalo_governor.text.fold import fold
from zalo_governor.text.topics import features_of

DIRECTIVE, OTHER = "directive", "not"
"""The classes of the model `directive.classes`."""


def is_consent(text: str) -> bool:
    """Return whether a normalised message begins with consent, thanks or praise, so that it may well order nothing."""
    return _CONSENT.match(fold(text).strip()) is not None


def features_of_order(text: str, role: str) -> frozenset[str]:
    """Return the features of a normalised message: words, the beginnings of its sentences, who wrote it.

    `role` is "leader", "leadership" or "admin" (who may relay a leader's order); it is joined to the most telling
    features, as leaders and admins use the same words differently.
    """
    found = set(features_of(text))
    lower = text.lower()
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    found.add(f"sentences {min(len(sentences), _MANY)}")
    for sentence in sentences:
        words = _TOKEN.findall(fold(sentence))
        if words:
            found.update((f"begins {words[0]}", f"ends {words[-1]}"))
            found.update((f"begins {' '.join(words[:2])}", f"begins {' '.join(words[:3])}"))
        found.add(f"asks {sentence.rstrip().endswith('?')}")
        found.add("urges" if _URGES.search(sentence.lower()) else "urges nothing")
    if _LIMIT.search(lower):
        found.add("limit")
    joined = {f"{one} @{role}" for one in found if one.startswith(("begins", "ends", "^"))}
    joined.update(f"pronoun {word} @{role}" for word in _PRONOUN.findall(lower))
    return frozenset(found | joined | {f"role {role}"})


_CONSENT = re.compile(
    r"(?:ok\w*|dong y|nhat tri|thong nhat|duyet|tot|rat tot|hoan nghenh|bieu duong|khen|chuc mung|cam on|ghi nhan)\b"
)
_MANY = 4
_SENTENCE = re.compile(r"(?<=[.!?…;:])\s+|\n+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LIMIT = re.compile(r"\b(?:trước|chậm nhất|hạn|muộn nhất|trong (?:ngày|hôm|tuần|\d+))\b")
_URGES = re.compile(r"\b(?:phải|cần|hãy|đừng|không được|cấm|nhớ|cho|giúp|giùm|hộ|đi|ngay)\b")
_PRONOUN = re.compile(r"\b(?:dạ|ạ|em|tôi|anh|chị|mình|tui|con|cháu)\b")
