"""What the bot's process asks of the system for itself."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
"""<sys/prctl.h>; also keeps other processes of the same user from reading the memory."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""<malloc.h> of glibc."""
_LARGE_BYTES = 128 * 1024
_ARENAS = 2


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
