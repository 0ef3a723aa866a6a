"""Who of the roster is in the group (clause 7.2), who of the group is not in it (4.5), and who might be whom."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from rapidfuzz import fuzz

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.fold import fold


class Proposal(NamedTuple):
    """A member whose display name resembles that of an entry; a name proves nothing, somebody must confirm it."""

    entry: RosterEntry
    uid: str
    likeness: float
    """0 to 100."""


class RollCallOfRoster(NamedTuple):
    """A roster held against a group."""

    present: tuple[RosterEntry, ...]
    missing: tuple[RosterEntry, ...]
    """In the roster, not known to be in the group."""
    strangers: tuple[str, ...]
    """uids of members whom no entry names."""
    proposals: tuple[Proposal, ...]
    """For each missing entry at most one stranger, for each stranger at most one entry; the likest first."""


def compare(
    entries: Sequence[RosterEntry], present: Set[str], names: Mapping[str, str], uid_of_phone: Mapping[str, str]
) -> RollCallOfRoster:
    """Hold the roster against the group.

    Args:
        present: uids of the members.
        names: uid -> display name, where known.
        uid_of_phone: +84… -> uid, where a look-up has told.
    """
    found = {place: entry.uid or uid_of_phone.get(entry.phone or "") for place, entry in enumerate(entries)}
    here = {place for place, uid in found.items() if uid in present}
    missing = [entry for place, entry in enumerate(entries) if place not in here]
    strangers = sorted(present - set(found.values()))
    return RollCallOfRoster(
        present=tuple(entry for place, entry in enumerate(entries) if place in here),
        missing=tuple(missing),
        strangers=tuple(strangers),
        proposals=tuple(_proposals([entry for entry in missing if not entry.uid], strangers, names)),
    )


def _proposals(entries: Sequence[RosterEntry], strangers: Sequence[str], names: Mapping[str, str]) -> list[Proposal]:
    likely = [
        Proposal(entry, uid, likeness)
        for entry in entries
        for uid in strangers
        if uid in names
        for likeness in (_likeness(entry, names[uid]),)
        if likeness >= _LEAST_LIKENESS
    ]
    likely.sort(key=lambda proposal: (-proposal.likeness, proposal.uid))
    taken: list[RosterEntry] = []
    spoken_for: set[str] = set()
    best = []
    for proposal in likely:
        if proposal.uid not in spoken_for and proposal.entry not in taken:
            best.append(proposal)
            spoken_for.add(proposal.uid)
            taken.append(proposal.entry)
    return best


def _likeness(entry: RosterEntry, display_name: str) -> float:
    """How much the approved name resembles the one shown, marks and capitals aside; a like title helps a little."""
    shown = fold(display_name)
    name = fuzz.partial_token_sort_ratio(fold(entry.full_name), shown, score_cutoff=_LEAST_LIKENESS)
    whole = fuzz.token_set_ratio(fold(f"{entry.full_name} {entry.title} {entry.agency}"), shown)
    return float(name * _NAME_SHARE + whole * (1 - _NAME_SHARE)) if name else 0.0


_LEAST_LIKENESS = 80
_NAME_SHARE = 0.8
