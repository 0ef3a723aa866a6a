"""Who of the roster is in the group (clause 7.2), who of the group is not in it (4.5), and who might be whom."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.similarity import words_of


class Proposal(NamedTuple):
    """A member whose display name resembles that of an entry; a name proves nothing, somebody must confirm it."""

    place: int
    """Of the entry in the roster's order."""
    entry: RosterEntry
    uid: str
    likeness: float
    """0 to 100."""


class RosterMatching(NamedTuple):
    """A roster held against a group."""

    present: tuple[RosterEntry, ...]
    missing: tuple[RosterEntry, ...]
    """In the roster, not known to be in the group."""
    strangers: tuple[str, ...]
    """uids of members whom no entry names."""


Matched = Sequence[tuple[RosterEntry, Set[str]]]
"""A roster in its order, each entry with the uids under which that person is known."""


def compare(matched: Matched, present: Set[str], approved: Set[str]) -> RosterMatching:
    """Hold the roster against the group.

    Args:
        present: uids of the members.
        approved: uids of those who belong here, also without an entry of their own.
    """
    here = [not uids.isdisjoint(present) for _, uids in matched]
    return RosterMatching(
        present=tuple(entry for (entry, _), is_here in zip(matched, here, strict=True) if is_here),
        missing=tuple(entry for (entry, _), is_here in zip(matched, here, strict=True) if not is_here),
        strangers=tuple(sorted(present - approved)),
    )


def likeliest(matched: Matched, name: str) -> int | None:
    """Place of the entry that a display name resembles most, of those whose account is not known; None for none."""
    found = [(_likeness(entry, name), -place) for place, (entry, uids) in enumerate(matched) if not uids]
    best, place = max(found, default=(0.0, 0))
    return -place if best >= _LEAST_LIKENESS else None


def proposals(matched: Matched, strangers: Sequence[str], names: Mapping[str, str]) -> list[Proposal]:
    """Who might be whom: for each entry without an account at most one stranger and the reverse, the likest first.

    Args:
        names: uid -> display name, where known.
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
    """How much the approved name resembles the one shown, marks and capitals aside; a like title helps a little."""
    from rapidfuzz import fuzz  # noqa: PLC0415  the bot asks rarely, and two megabytes are much to it

    shown, approved = _words(display_name), _words(entry.full_name)
    if " " not in shown:
        return 0.0  # A given name alone is half the province's.
    name = max(fuzz.partial_token_sort_ratio(approved, shown), fuzz.token_set_ratio(approved, shown))
    if name < _LEAST_LIKENESS:
        return 0.0
    whole = fuzz.token_set_ratio(_words(f"{entry.full_name} {entry.title} {entry.agency}"), shown)
    return float(name * _NAME_SHARE + whole * (1 - _NAME_SHARE))


def _words(text: str) -> str:
    return " ".join(words_of(text))


_LEAST_LIKENESS = 80
_NAME_SHARE = 0.8
