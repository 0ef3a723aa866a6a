"""What the bot's process asks of the system for itself."""

import ctypes
import gc
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_PR_SET_DUMPABLE = 4
"""<sys/prctl.h>; also keeps other processes of the same user from reading the memory."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""<malloc.h> of glibc."""
_LARGE_BYTES = 128 * 1024
_ARENAS = 2
_COLLECT_AFTER = 100_000
"""Allocations, less deallocations, after which the garbage collector runs: more than the batches under way hold."""


def forbid_core_dumps() -> None:
    """A crash leaves no core file, nor anything for a handler of the system to collect (Linux).

    What is suspected to be a state secret lives in memory alone.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit does not count where the system hands dumps to a program (core(5)).
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def give_memory_back() -> None:
    """Let what was freed go back to the system, instead of being kept for each thread; before any thread runs (glibc).

    A burst of messages would else leave its mark on the memory for months.
    """
    allocator = ctypes.CDLL(None)
    if hasattr(allocator, "mallopt"):
        allocator.mallopt(_M_ARENA_MAX, _ARENAS)
        allocator.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        allocator.mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)


def freeze_long_lived_objects() -> None:
    """Keep the garbage collector from walking through what exists now, and let it run seldom.

    To be called when start-up or a reload of the configuration is finished. What a batch of messages allocates is freed
    by reference counting; walking through the models and the rules each time would cost a tenth of all processor time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)


def on_the_core(work: Callable[[], None]) -> Callable[[], None]:
    """The work, done on the one core that all such work of this process shares (Linux; elsewhere as it is).

    Threads of Python take turns. Where each turn falls to another core, all that a message consists of moves with it
    from cache to cache, which takes more time than the second core gives.
    """

    def done_there() -> None:
        _bind({_core()})
        work()

    return done_there


@contextmanager
def on_any_core() -> Iterator[None]:
    """Whatever process is begun in the block may run wherever this one may, whoever begins it."""
    bound = _cores()
    _bind(_ALLOWED)
    try:
        yield
    finally:
        _bind(bound)


def _cores() -> set[int]:
    """Of the thread that asks; none where the system does not say."""
    return os.sched_getaffinity(0) if sys.platform == "linux" else set()


def _core() -> int:
    """Not the same for each bot of a machine."""
    return sorted(_ALLOWED)[os.getpid() % len(_ALLOWED)] if _ALLOWED else 0


def _bind(cores: set[int]) -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # taken from us since the start
            os.sched_setaffinity(0, cores)


_ALLOWED = _cores()
