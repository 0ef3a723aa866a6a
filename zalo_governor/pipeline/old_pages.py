"""Old messages that Zalo sent over the socket on request, page by page, until they are stored."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from zalo_governor.domain.inbound import Element, place_of
from zalo_governor.pipeline.unfinished_gaps import gap_owner


class _Page(NamedTuple):
    elements: list[Element]
    """Those that are not stored yet."""
    on_stored: Callable[[], None]


class OldPages:
    """Pages in the order in which they came. One thread may call `add`, another one the other methods."""

    def __init__(self) -> None:
        self._pages: deque[_Page] = deque()

    def __bool__(self) -> bool:
        """Return whether any page waits to be stored, or to be told of."""
        return bool(self._pages)

    def add(self, elements: Sequence[Element], on_stored: Callable[[], None]) -> None:
        """Add a page; `on_stored` is what to call when it and all pages before it are stored."""
        self._pages.append(_Page(list(elements), on_stored))

    def store(self, owner: str, since_ms: Callable[[], int | None], store: Callable[[Sequence[Element]], None]) -> None:
        """Pass the elements whose gaps are stored under `owner` (see `gap_owner`) to `store`, the oldest first.

        Left out is what is older than `since_ms` returns; everything if that is None.
        """
        pages = tuple(self._pages)
        mine = [element for page in pages for element in page.elements if gap_owner(element) == owner]
        since = since_ms() if mine else None
        if since is not None:
            wanted = [element for element in mine if element.at_ms >= since]
            store(sorted(wanted, key=lambda element: place_of(element.at_ms, element.key)))
        for page in pages:
            page.elements[:] = [element for element in page.elements if gap_owner(element) != owner]

    def first_stored(self) -> Callable[[], None] | None:
        """Return what is to be called as all elements of the first page are stored; None if they are not."""
        return self._pages[0].on_stored if self._pages and not self._pages[0].elements else None

    def drop_first(self) -> None:
        """Remove the first page."""
        self._pages.popleft()
