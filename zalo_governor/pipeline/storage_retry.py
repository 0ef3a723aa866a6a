"""Retries a database operation until the database is available."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from zalo_governor.domain.errors import StoreUnavailableError

T = TypeVar("T")


WaitUnlessStopping = Callable[[float], bool]
"""Waits for so many seconds and returns False; returns True at once if the program is stopping."""


def retry_until_stored(
    operation: Callable[[], T],
    *,
    pauses: Iterable[float],
    wait: WaitUnlessStopping,
    on_failure: Callable[[StoreUnavailableError], None],
) -> T:
    """Call `operation` until the database is available, and return its result.

    Args:
        operation: the work; it may be repeated, since a failed transaction leaves nothing behind.
        pauses: an endless series of seconds to wait, one for each retry.
        wait: waits for a pause; returns True if the program is stopping.
        on_failure: called with each failure, to log it.

    Raises:
        StoreUnavailableError: the program is stopping while the database is unavailable.
    """
    for pause in pauses:
        try:
            return operation()
        except StoreUnavailableError as error:
            on_failure(error)
            if wait(pause):
                raise
    raise AssertionError("pauses has no end")
