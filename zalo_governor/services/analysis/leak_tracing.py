"""Clause 4.6: forwarding out of the group cannot be seen, but a text that turned up outside can be traced back."""

from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.text.similarity import Leak


class Origin(NamedTuple):
    """A posting that the leaked text may come from."""

    id: int
    """The inbox entry."""
    share: float
    """How much of the leaked text it holds, 0 to 1, rare words counting more than common ones."""


def origins(leaked: str, postings: Iterable[tuple[int, str]], *, count: int) -> list[Origin]:
    """The postings likest to the leaked text, the likest first; those that share next to nothing are left out.

    Args:
        leaked: the text as it was found outside: cut, re-ordered, edited or without marks.
        postings: inbox entry, and everything of it that people read; gone through once, and nothing of it is kept.
        count: at most so many.
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
"""Below this two messages share the language and not the source."""
