"""Turns of the programs on one machine, so that the bots of many accounts do not begin heavy work all at once."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

_LOOK_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 300.0
"""After so long a program goes ahead without a turn: one that hangs must not stop all others for good."""


@contextmanager
def turn(name: str, pause: Callable[[float], object]) -> Iterator[None]:
    """Let only as many processes of this machine run their block `name` at once as it has processors.

    Others wait, but go ahead after five minutes. `pause` is called with the seconds to wait before each further try;
    what it raises ends the waiting. A turn is an abstract Unix socket (unix(7)): it needs no folder that all accounts
    may write to, and the kernel takes it back from a holder that ends, however it ends.
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
