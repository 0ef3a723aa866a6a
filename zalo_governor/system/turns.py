"""Limits how many processes of one machine do heavy work at once, for machines that run the bots of many accounts."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

_LOOK_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 300.0
"""A process that has waited so long runs anyway: one that hangs must not stop all others for good."""


@contextmanager
def turn(name: str, pause: Callable[[float], object]) -> Iterator[None]:
    """Context manager that lets at most as many processes run blocks of that name at once as the machine has CPUs.

    Further processes wait, for five minutes at most. `pause` is called with the seconds to wait before the next try;
    an exception from it ends the waiting. Each running block holds an abstract Unix socket (unix(7)), which needs no
    folder that all accounts may write to, and which the kernel frees when the process ends, however it ends.
    """
    until = monotonic() + _LONGEST_WAIT_SECONDS
    while not (held := _free_turn(name)) and monotonic() < until:
        pause(_LOOK_SECONDS)
    try:
        yield
    finally:
        if held:
            held.close()


def _free_turn(name: str) -> socket.socket | None:
    for number in range(os.cpu_count() or 1):
        place = socket.socket(socket.AF_UNIX)
        try:
            place.bind(f"\0zalo-governor/{name}/{number}")
        except OSError:
            place.close()
        else:
            return place
    return None
