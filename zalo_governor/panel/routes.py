"""The pages of the panel: which address leads to which function, for which roles, and what stands in the menu."""

from collections.abc import Callable
from typing import NamedTuple

from zalo_governor.domain.people import Role
from zalo_governor.panel.visit import Reply, Visit


class Route(NamedTuple):
    """An address, and the function that answers it."""

    method: str
    path: str
    """As aiohttp writes it: `/vu-viec/{number}`."""
    handler: Callable[[Visit], Reply]
    roles: frozenset[Role]
    """Who has any of these in any group gets in; the page is about those groups alone."""
    writes: bool = False
    """Whether it needs a transaction that may write."""
    title: str = ""
    """What the menu calls it; "" for what is not in the menu."""
    most_bytes: int = 100_000
    """Most bytes that the browser may send."""
    keeps: bool = True
    """Whether what somebody types may be stored; then nothing that may be a state secret is taken."""
