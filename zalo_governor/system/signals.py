"""Handles signals in a thread of its own, whichever thread the kernel interrupts."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def obeying(orders: Mapping[signal.Signals, Callable[[], object]]) -> Iterator[None]:
    """Call the function of a signal in `orders` whenever the process gets that signal within the block.

    To be used in the main thread. The functions run in another thread, one after the other; what they raise is ignored,
    so that a failure does not keep later signals from being handled.
    """
    # The kernel may deliver a signal to any thread. Python then runs its handler only when the main thread next wakes,
    # which may be never; but it writes the number to this pipe at once, whichever thread was interrupted.
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def obey() -> None:
        while number := os.read(told, 1):
            with suppress(Exception):
                orders[signal.Signals(number[0])]()
        os.close(told)

    # A thread of its own obeys: the interrupted thread may hold a lock that the function needs.
    threading.Thread(target=obey, name="signals", daemon=True).start()
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in orders:
        signal.signal(number, _do_nothing)
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        os.close(tell)  # Ends the thread.


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Replace the signal's default action; the thread of `obeying` reads the signal from the pipe and handles it."""
