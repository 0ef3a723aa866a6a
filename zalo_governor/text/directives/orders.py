"""Features by which a message of the leadership is recognised as a directive (an order), see `text.linear_classes`."""

import re
from collections.abc import Sequence
from datetime import datetime

from zalo_governor.text.directives.deadlines import acts_and_happens, rule_for_time
from zalo_governor.text.directives.times import NamedTime
from zalo_governor.text.directives.vocabulary import HEADS, HONORIFICS, verb_at
from zalo_governor.text.fold import fold
from zalo_governor.text.topics import features_of

DIRECTIVE, OTHER = "directive", "not"
"""The classes of the model `directive.classes`."""


def is_consent(text: str) -> bool:
    """Return whether a normalised message begins with consent, thanks or praise, so that it may well order nothing."""
    return _CONSENT.match(fold(text).strip()) is not None


def features_of_order(text: str, role: str, times: Sequence[NamedTime], sent_at: datetime) -> frozenset[str]:
    """Return the features of a normalised message: words, the beginnings of its sentences, its times, who wrote it.

    `role` is "leader", "leadership" or "admin" (who may relay a leader's order); it is joined to the most telling
    features, as leaders and admins use the same words differently. `times` are the times that the text names.
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
            found.update(_facts_of_verbs(_TOKEN.findall(sentence), words))
        found.add(f"asks {sentence.rstrip().endswith('?')}")
        found.add("urges" if _URGES.search(sentence.lower()) else "urges nothing")
    if _LIMIT.search(lower):
        found.add("limit")
    joined = {f"{one} @{role}" for one in found if one.startswith(("begins", "ends", "^"))}
    joined.update(f"pronoun {word} @{role}" for word in _PRONOUN.findall(lower))
    return frozenset(found | joined | _facts_of_times(text, times, sent_at) | {f"role {role}"})


def _facts_of_verbs(words: Sequence[str], plain: Sequence[str]) -> set[str]:
    """Return features of a sentence: place of its first verb of orders, words before it; `plain` has no diacritics."""
    verb = next((at for at in range(len(plain)) if verb_at(plain, at)), None)
    mine = not _OWN.isdisjoint(plain[: _MANY if verb is None else verb])
    found = {f"verb at {'-' if verb is None else min(verb, 5)} own {mine}", f"length {min(len(words), 8)}"}
    if verb is not None:
        found.add(f"verb {plain[verb]} first {verb == 0} own {mine}")
        found.add(f"before {' '.join(plain[max(0, verb - 2) : verb])} {verb_at(plain, verb)}")
    first = words[0].lower()
    if first in HEADS or first in HONORIFICS or first == "@":
        found.add(f"head acts {any(verb_at(plain, at) for at in range(1, min(len(plain), 8)))}")
    elif words[0][:1].isupper():
        found.add(f"name acts {any(verb_at(plain, at) for at in range(1, min(len(plain), 6)))}")
    return found


def _facts_of_times(text: str, times: Sequence[NamedTime], sent_at: datetime) -> set[str]:
    """Return the features of the times that a text names: their forms, and whether words beside them order work."""
    found = {f"times {min(len(times), 3)}"}
    for which, named in enumerate(times[:_MANY]):
        found.add(f"time ahead {named.moment > sent_at}")
        found.add(f"time {named.form} {named.limit or '-'}")
        found.add(f"time first {not text[: named.start].strip()}")
        found.add(f"time rule {rule_for_time(text, times, which, sent_at)}")
        found.add(f"time acts {acts_and_happens(text, named)} {named.moment > sent_at}")
    return found


_CONSENT = re.compile(
    r"(?:ok\w*|dong y|nhat tri|thong nhat|duyet|tot|rat tot|hoan nghenh|bieu duong|khen|chuc mung|cam on|ghi nhan)\b"
)
_MANY = 4
_OWN = frozenset({"toi", "tui", "em", "minh", "chung"})
"""Pronouns of the first person."""
_SENTENCE = re.compile(r"(?<=[.!?…;:])\s+|\n+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LIMIT = re.compile(r"\b(?:trước|chậm nhất|hạn|muộn nhất|trong (?:ngày|hôm|tuần|\d+))\b")
_URGES = re.compile(r"\b(?:phải|cần|hãy|đừng|không được|cấm|nhớ|cho|giúp|giùm|hộ|đi|ngay)\b")
_PRONOUN = re.compile(r"\b(?:dạ|ạ|em|tôi|anh|chị|mình|tui|con|cháu)\b")
