"""The pages of the panel: which address leads to which function, for which roles, and what stands in the menu."""

from collections.abc import Callable
from typing import NamedTuple

from zalo_governor.domain.people import Role
from zalo_governor.panel.visit import Reply, Visit


class Route(NamedTuple):
    """A URL path of the panel, and the function that answers requests for it."""

    method: str
    path: str
    """Path in the notation of aiohttp, such as `/vu-viec/{number}`."""
    handler: Callable[[Visit], Reply]
    roles: frozenset[Role]
    """Who has any of these in any group gets in; the page is about those groups alone."""
    writes: bool = False
    """Whether the handler runs in a transaction that may write to the database."""
    title: str = ""
    """Title of the page in the menu; "" for a page that is not in the menu."""
    most_bytes: int = 100_000
    """Most bytes that the browser may send."""
    keeps: bool = True
    """Whether what is typed may be stored; if so, a form that may hold a state secret is refused."""
