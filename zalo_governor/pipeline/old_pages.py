"""Queue of old messages that Zalo sent over the socket on request, page by page, and that are to be stored."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from zalo_governor.domain.inbound import Element, place_of
from zalo_governor.pipeline.unfinished_gaps import gap_owner


class _Page(NamedTuple):
    elements: list[Element]
    """Messages of the page that are not stored yet."""
    on_stored: Callable[[], None]


class OldPages:
    """Queue of pages of old messages. One thread may call `add`, and one other thread the other methods."""

    def __init__(self) -> None:
        self._pages: list[_Page] = []

    def __bool__(self) -> bool:
        """Return whether the queue holds a page: one that is not stored, or whose `on_stored` is still to be called."""
        return bool(self._pages)

    def add(self, elements: Sequence[Element], on_stored: Callable[[], None]) -> None:
        """Add a page; `on_stored` is what to call when it and all pages before it are stored."""
        self._pages.append(_Page(list(elements), on_stored))

    def store(self, owner: str, since_ms: Callable[[], int | None], store: Callable[[Sequence[Element]], None]) -> None:
        """Pass the elements whose gaps are stored under `owner` (see `gap_owner`) to `store`, the oldest first.

        Elements older than the time (ms) that `since_ms` returns are left out; all are if it returns None.
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
        """Return the `on_stored` of the first page if that page is stored entirely; None otherwise."""
        return self._pages[0].on_stored if self._pages and not self._pages[0].elements else None

    def drop_first(self) -> None:
        """Remove the first page from the queue, after its `on_stored` was called."""
        del self._pages[0]
