"""Repeating a storage operation until the database takes it: the one loop for that in the pipeline."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from zalo_governor.domain.errors import StoreUnavailableError

T = TypeVar("T")


class WaitUnlessStopping(Protocol):
    """Waits, unless the program is to stop."""

    def __call__(self, seconds: float, /) -> bool:
        """Wait so long; return True at once if the program is to stop."""
        ...


def retry_until_stored(
    operation: Callable[[], T],
    *,
    pauses: Iterable[float],
    wait: WaitUnlessStopping,
    on_failure: Callable[[StoreUnavailableError], None],
) -> T:
    """Call the operation until the database is available, and return what it returns.

    Args:
        operation: the work; it may be repeated, since a failed transaction leaves nothing behind.
        pauses: seconds before each further try, without end.
        wait: waits for a pause.
        on_failure: called with each failure, to log it.

    Raises:
        StoreUnavailableError: the program is to stop while the database is not available.
    """
    for pause in pauses:
        try:
            return operation()
        except StoreUnavailableError as error:
            on_failure(error)
            if wait(pause):
                raise
    raise AssertionError("pauses has no end")
