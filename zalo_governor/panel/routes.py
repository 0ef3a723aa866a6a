"""Routes of the panel: which URL path leads to which function, for which roles, and its title in the menu."""

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
    """Roles that may open the page; it shows only the groups in which the person has one of them."""
    writes: bool = False
    """Whether the handler runs in a transaction that may write to the database."""
    title: str = ""
    """Title of the page in the menu; "" for a page that is not in the menu."""
    most_bytes: int = 100_000
    """Most bytes that the browser may send."""
    keeps: bool = True
    """Whether what is typed may be stored; if so, a form that may hold a state secret is refused."""
