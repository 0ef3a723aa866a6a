"""Matching of the roster (approved members) with the group's accounts: who is present, missing or unlisted."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.alphabet import split_tone
from zalo_governor.text.normalise import normalise
from zalo_governor.text.similarity import words_of


class Proposal(NamedTuple):
    """A roster entry and a member who are likely the same person, by similar names; an admin must confirm it."""

    place: int
    """Index of the entry in the roster."""
    entry: RosterEntry
    uid: str
    likeness: float
    """Similarity of the names, 0 to 100."""


class RosterMatching(NamedTuple):
    """Result of comparing a roster with the members of a group."""

    present: tuple[RosterEntry, ...]
    """Entries whose person is in the group."""
    missing: tuple[RosterEntry, ...]
    """Entries whose person is not known to be in the group."""
    strangers: tuple[str, ...]
    """uids of members who are not on the roster."""


Matched = Sequence[tuple[RosterEntry, Set[str]]]
"""A roster in its stored order: each entry with the Zalo uids known for its person (an empty set if none)."""


def compare(matched: Matched, present: Set[str], approved: Set[str]) -> RosterMatching:
    """Return which people on the roster are in the group and which are missing, and which members are not on it.

    `present` are the uids of the group's members; `approved` those of all approved people, also without a roster entry.
    """
    here = [not uids.isdisjoint(present) for _, uids in matched]
    return RosterMatching(
        present=tuple(entry for (entry, _), is_here in zip(matched, here, strict=True) if is_here),
        missing=tuple(entry for (entry, _), is_here in zip(matched, here, strict=True) if not is_here),
        strangers=tuple(sorted(present - approved)),
    )


def likeliest(matched: Matched, name: str) -> int | None:
    """Return the index of the roster entry whose person's name is most similar to the display name `name`.

    Only entries whose person has no known Zalo account are compared; None is returned if none is similar enough.
    """
    found = [(_likeness(entry, name), -place) for place, (entry, uids) in enumerate(matched) if not uids]
    best, place = max(found, default=(0.0, 0))
    return -place if best >= _LEAST_LIKENESS else None


def named_exactly(matched: Matched, name: str, title: str) -> int | None:
    """Return the index of the roster entry with this very full name and a similar title; None if there is none.

    Diacritics count, case does not. Only entries whose person has no known Zalo account are compared.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415  rarely needed, and it takes two megabytes of memory

    found = [
        (max(fuzz.token_sort_ratio(_words(known), _words(title)) for known in (entry.title, entry.position)), -place)
        for place, (entry, uids) in enumerate(matched)
        if not uids and _spelt(entry.full_name) == _spelt(name)
    ]
    best, place = max(found, default=(0.0, 0))
    return -place if best >= _LEAST_LIKENESS else None


def proposals(matched: Matched, strangers: Sequence[str], names: Mapping[str, str]) -> list[Proposal]:
    """Pair roster entries without a known Zalo account with members of similar names who are not on the roster.

    Each is paired at most once; the most similar pairs are made first, and come first in the list. `strangers` are the
    uids of members who are not on the roster; `names` is uid -> display name, if known.
    """
    likely = [
        Proposal(place, entry, uid, likeness)
        for place, (entry, uids) in enumerate(matched)
        if not uids
        for uid in strangers
        if uid in names
        for likeness in (_likeness(entry, names[uid]),)
        if likeness >= _LEAST_LIKENESS
    ]
    likely.sort(key=lambda proposal: (-proposal.likeness, proposal.uid))
    taken: set[int] = set()
    spoken_for: set[str] = set()
    best = []
    for proposal in likely:
        if proposal.uid not in spoken_for and proposal.place not in taken:
            best.append(proposal)
            spoken_for.add(proposal.uid)
            taken.add(proposal.place)
    return best


def _likeness(entry: RosterEntry, display_name: str) -> float:
    """Return the similarity, 0 to 100, of a display name to a roster entry.

    80 % of it is the similarity to the entry's name, 20 % that to its name, title and agency together.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415  rarely needed, and it takes two megabytes of memory

    shown, approved = _words(display_name), _words(entry.full_name)
    if " " not in shown:
        return 0.0  # A given name alone is shared by too many people.
    name = max(fuzz.partial_token_sort_ratio(approved, shown), fuzz.token_set_ratio(approved, shown))
    if name < _LEAST_LIKENESS:
        return 0.0
    whole = fuzz.token_set_ratio(_words(f"{entry.full_name} {entry.title} {entry.agency}"), shown)
    return float(name * _NAME_SHARE + whole * (1 - _NAME_SHARE))


def _spelt(name: str) -> list[tuple[str, str]]:
    return [split_tone(word) for word in normalise(name).text.lower().split()]


def _words(text: str) -> str:
    return " ".join(words_of(text))


_LEAST_LIKENESS = 80
_NAME_SHARE = 0.8
