"""Find the group messages from which a leaked text may come (clause 4.6; the forwarding itself is not observable)."""

from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.text.similarity import Leak


class Origin(NamedTuple):
    """A stored group message that may be the source of a leaked text, with the share of the text that it contains."""

    id: int
    """Number of the message's entry in the inbox (the table of everything received)."""
    share: float
    """Share of the leaked text that the message contains, 0 to 1; rare words weigh more than common ones."""


def origins(leaked: str, postings: Iterable[tuple[int, str]], *, count: int) -> list[Origin]:
    """Return the group messages that contain the largest shares of a leaked text, the largest share first.

    Messages that contain less than 15 % of the leaked text are left out.

    Args:
        leaked: the text as found outside the group; may be cut, re-ordered, edited or without diacritics.
        postings: (inbox entry number, visible text) of each message to be searched; iterated once, and no text is kept.
        count: maximum number of results.
    """
    leak = Leak(leaked)
    if leak.empty:
        return []
    ids: list[int] = []

    def texts() -> Iterable[str]:
        for id_, text in postings:
            ids.append(id_)
            yield text

    return [Origin(ids[place], share) for share, place in leak.likest(texts(), count) if share >= _LEAST_SHARE]


_LEAST_SHARE = 0.15
"""Minimum `Origin.share`; below it two messages merely use the same language."""
