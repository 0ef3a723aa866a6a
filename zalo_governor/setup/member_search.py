"""Finding group members by a part of their names, typed with or without Vietnamese diacritics."""

from collections.abc import Iterable, Sequence

from zalo_governor.domain.people import Member
from zalo_governor.text.alphabet import has_marks, sort_key
from zalo_governor.text.normalise import normalise
from zalo_governor.text.similarity import words_of


def find(members: Sequence[Member], typed: str) -> list[Member]:
    """Find the members whose uid or globalId was typed; if there are none, those whose names contain every typed word.

    A typed word may be the beginning of a word of the name, but if some names contain all typed words as whole words,
    only these are returned. Typed diacritics must match, unless no member would be left. Members with the same name are
    all returned.
    """
    wanted = typed.strip()
    by_id = [member for member in members if wanted and wanted in {member.uid, member.global_id}]
    if by_id or not words_of(normalise(wanted).text):
        return by_id
    begun = [member for member in members if _all_are_prefixes(_plain_words(wanted), _plain_words(_all_names(member)))]
    whole = [member for member in begun if set(_plain_words(wanted)) <= set(_plain_words(_all_names(member)))]
    found = whole or begun
    if has_marks(wanted):
        typed_words = _exact_words(wanted)
        found = [one for one in found if _all_are_prefixes(typed_words, _exact_words(_all_names(one)))] or found
    return sorted(found, key=lambda member: (sort_key(member.display_name), member.uid))


def _all_are_prefixes(wanted: Iterable[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _all_names(member: Member) -> str:
    return f"{member.display_name} {member.zalo_name}"


def _plain_words(text: str) -> list[str]:
    """Return the words of a text in lower case and without diacritics."""
    return words_of(normalise(text).text)


def _exact_words(text: str) -> list[str]:
    """Return the words of a text in lower case, with their diacritics."""
    return normalise(text).text.lower().split()
