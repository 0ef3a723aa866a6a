"""Finds what is wrong with a part of a display name: the person's name, the job title, or the diacritics of both.

Each function returns a reason code (`reason` of a finding on clause 3.2), or None if nothing is wrong.
"""

import re

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.names.vocabulary import NameWords, phrase

LONGEST_NAME = 6
"""Most words in a person's name."""
INITIALS = re.compile(r"(?:^|[\s.])[^\W\d_]{1,2}\.\s?[^\W\d_]")


def missing_marks(person: str, title: str, words: NameWords) -> str | None:
    """Return the reason code if the person's name or the job title certainly lacks diacritics, None otherwise.

    The code says whether some diacritics are there (`partial_diacritics`) or none (`no_diacritics`).
    """
    if not (words.bare_title(title) or words.bare_agency(title) or words.stripped_name(person)):
        return None
    return "partial_diacritics" if has_marks(person + title) else "no_diacritics"


def wrong_title(left: str, right: str, words: NameWords) -> str | None:
    """Return the reason code if `right`, the text after the name in a display name, is not a job title; else None.

    `left` is the text before it, with the person's name.
    """
    if words.title(right):
        return None
    if words.trade(right):
        return "shop"
    if words.agency(right):
        return "org_not_title"
    if set(phrase(right)) <= set(phrase(left)):
        return "dup_name"
    if right.isascii() and not words.vietnamese(left):
        return "english"
    parts = right.split()
    if parts[0].isupper() and len(parts[0]) > 1:
        return "org_not_title"
    return "place_not_title" if all(word[0].isupper() for word in parts) else "joke_title"


def wrong_name(person: str, words: NameWords) -> str | None:
    """Return the reason code if `person`, the text before the job title, is not a full personal name; else None."""
    parts = person.split()
    if INITIALS.search(person) or (len(parts) == 1 and person.isupper()) or _VOWELS.isdisjoint(fold(parts[0])):
        return "initials"
    if len(parts) == 1 and "'" not in person and "’" not in person:
        return "given_only"
    if len(parts) > LONGEST_NAME or words.nickname(person):
        return "nickname"
    return None if looks_like_name(person) else "nickname"


def looks_like_name(person: str) -> bool:
    """Return whether every word of the name consists of letters (one apostrophe allowed)."""
    return all(_NAME_WORD.fullmatch(part) for part in person.split())


_VOWELS = frozenset("aeiouy")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
