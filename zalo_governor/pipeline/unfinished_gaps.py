"""Gaps (times in which the bot missed messages) whose messages are still to be fetched."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.domain.inbound import Admitted, Element


class UnfinishedGap(NamedTuple):
    """A gap (time in which messages were missed) whose messages have not all been fetched."""

    gap_id: int
    began_ms: int
    heard_id: int
    """Id of the last inbox entry received before the gap; 0 if nothing of the group was ever received."""


def count_by_gap(gaps: Sequence[UnfinishedGap], recovered: Sequence[Admitted]) -> Counter[int]:
    """Return how many of the fetched entries belong to each gap: gap id -> number of entries.

    An entry belongs to the latest gap that had begun by the entry's time; `gaps` are given oldest first.
    """
    return Counter(
        next((gap for gap in reversed(gaps) if gap.began_ms <= item.entry.at_ms), gaps[0]).gap_id for item in recovered
    )


def gap_owner(element: Element) -> str:
    """Return the id under which gaps of the element's conversation are stored.

    It is the group's id, and for all private conversations together the bot account's uid.
    """
    return element.thread_id if element.is_group else element.account
