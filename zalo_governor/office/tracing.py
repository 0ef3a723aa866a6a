"""Clause 4.6: forwarding out of the group cannot be seen, but a text that turned up outside can be traced back."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from zalo_governor.text.likeness import Leak


class Posting(NamedTuple):
    """What somebody posted, decrypted for as long as it is compared."""

    id: int
    """The inbox entry."""
    group_id: str
    key: str
    """msgId."""
    sender_uid: str
    at: datetime
    text: str
    """Everything of it that people read, a line for each field."""


class Origin(NamedTuple):
    """A posting that the leaked text may come from."""

    posting: Posting
    share: float
    """How much of the leaked text it holds, 0 to 1, rare words counting more than common ones."""


def origins(leaked: str, postings: Iterable[Posting], *, count: int) -> list[Origin]:
    """The postings likest to the leaked text, the likest first; those that share next to nothing are left out.

    Args:
        leaked: the text as it was found outside: cut, re-ordered, edited or without marks.
        postings: gone through once; only the likest are kept.
        count: at most so many.
    """
    leak = Leak(leaked)
    if leak.empty:
        return []
    kept: list[Posting] = []

    def texts() -> Iterable[str]:
        for posting in postings:
            kept.append(posting)
            yield posting.text

    return [Origin(kept[place], share) for share, place in leak.likest(texts(), count) if share >= _LEAST_SHARE]


_LEAST_SHARE = 0.15
"""Below this two messages share the language and not the source."""
