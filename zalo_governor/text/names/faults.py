"""What is wrong with one part of a display name: with the person's name, with the title, with the marks of both.

Every answer is a reason of clause 3.2 as findings bear it, None where nothing is wrong.
"""

import re

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.names.vocabulary import NameWords, phrase

LONGEST_NAME = 6
"""Words of a person's name at most."""
INITIALS = re.compile(r"(?:^|[\s.])[^\W\d_]{1,2}\.\s?[^\W\d_]")


def missing_marks(person: str, title: str, words: NameWords) -> str | None:
    """Whether a name or a title lacks its marks, by what exists with marks alone."""
    if not (words.bare_title(title) or words.bare_agency(title) or words.stripped_name(person)):
        return None
    return "partial_diacritics" if has_marks(person + title) else "no_diacritics"


def wrong_title(left: str, right: str, words: NameWords) -> str | None:
    """Why what stands behind the name is no title."""
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
    """Why what stands before the title is no full name."""
    parts = person.split()
    if INITIALS.search(person) or (len(parts) == 1 and person.isupper()) or _VOWELS.isdisjoint(fold(parts[0])):
        return "initials"
    if len(parts) == 1 and "'" not in person and "’" not in person:
        return "given_only"
    if len(parts) > LONGEST_NAME or words.nickname(parts[0]):
        return "nickname"
    return None if looks_like_name(person) else "nickname"


def looks_like_name(person: str) -> bool:
    """Whether all of its words are made of letters."""
    return all(_NAME_WORD.fullmatch(part) for part in person.split())


_VOWELS = frozenset("aeiouy")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
