"""Gaps whose messages are still being fetched."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.domain.inbound import Admitted, Element


class UnfinishedGap(NamedTuple):
    """A gap for which backfill has not finished."""

    gap_id: int
    began_ms: int
    heard_id: int
    """Id of the last inbox entry before the gap; 0 if nothing of the group was ever received."""


def count_by_gap(gaps: Sequence[UnfinishedGap], recovered: Sequence[Admitted]) -> Counter[int]:
    """Count each recovered entry towards the latest gap that had begun by the entry's time: gap id -> entries."""
    return Counter(
        next((gap for gap in reversed(gaps) if gap.began_ms <= item.entry.at_ms), gaps[0]).gap_id for item in recovered
    )


def gap_owner(element: Element) -> str:
    """Return the id under which the element's gaps are recorded: its group, or the bot account if it is private."""
    return element.thread_id if element.is_group else element.account
