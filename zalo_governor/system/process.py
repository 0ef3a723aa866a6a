"""Settings of this process: core dumps, memory allocator, garbage collector, CPU affinity."""

import ctypes
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ALLOCATOR = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
"""Option of prctl(2): the signal that this process gets when its parent ends."""
_PR_SET_DUMPABLE = 4
"""Option of prctl(2): with the value 0, no core dumps, and no other process of the user can read our memory."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Options of mallopt(3), numbered as in glibc's <malloc.h>."""
_MMAP_FROM_BYTES = 128 * 1024
"""Size in bytes from which malloc maps each block separately, so that freeing it returns the memory at once."""
_MAX_ARENAS = 2
"""Maximum number of malloc's memory pools (arenas), which all threads share."""
_GC_THRESHOLD = 100_000
"""Number of new objects at which the garbage collector runs: more than the messages being processed need."""


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent, the process id `parent`, ends, however it ends (Linux).

    A child made by fork(2) does not inherit this (PR_SET_PDEATHSIG(2const)). "Parent" is the thread that made this
    process: that thread must live as long as this process is wanted.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # The parent ended before the call.
            os._exit(1)


def be_killed_first(score: int) -> None:
    """Have the kernel kill this process first when memory runs out; to be called where its end loses no data.

    `score` is 1 to 1000; the higher, the sooner (proc_pid_oom_score_adj(5)).
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(score))


def stand_back(niceness: int) -> None:
    """Lower this process's CPU priority by `niceness` (nice(2), 1 to 19), so that other processes run first.

    Where the kernel groups processes by session (sched(7), autogroup), a process's niceness counts only within its
    session. So the whole session gets this niceness too; a process that should not slow others begins its own session.
    """
    os.nice(niceness)
    with suppress(OSError):  # The kernel has no such groups, or was asked too often.
        Path("/proc/self/autogroup").write_text(str(niceness))


def forbid_core_dumps() -> None:
    """Disable core dumps of this process, including those piped to a system crash handler (Linux).

    Suspected state secrets exist in memory only and must not reach the disk by a crash.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # RLIMIT_CORE is ignored where the kernel pipes dumps to a program (core(5)).
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def give_memory_back() -> None:
    """Make glibc's malloc return freed memory to the system; to be called before any thread is started.

    By default malloc keeps freed memory for each thread: after a burst of messages the process would stay large.
    """
    if hasattr(_ALLOCATOR, "mallopt"):
        _ALLOCATOR.mallopt(_M_ARENA_MAX, _MAX_ARENAS)
        _ALLOCATOR.mallopt(_M_MMAP_THRESHOLD, _MMAP_FROM_BYTES)
        _ALLOCATOR.mallopt(_M_TRIM_THRESHOLD, _MMAP_FROM_BYTES)


def trim_memory() -> None:
    """Return to the system what malloc holds free between blocks in use, which takes about a millisecond (glibc)."""
    if hasattr(_ALLOCATOR, "malloc_trim"):
        _ALLOCATOR.malloc_trim(0)


def freeze_long_lived_objects() -> None:
    """Exclude all existing objects from garbage collection, and make collections rare.

    To be called after start-up and after each reload of the configuration. Objects of a batch of messages are freed by
    reference counting; traversing the models and the rules at each collection would cost a tenth of all CPU time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 20)


def on_the_core(work: Callable[[], None]) -> Callable[[], None]:
    """Return a thread's main function that runs `work` on one CPU core, the same for all such threads (Linux only).

    Because of the GIL, Python threads take turns. If each turn ran on another core, a message's data would move between
    the caches of the cores, which costs more time than a second core gains.
    """

    def run_on_shared_core() -> None:
        _bind_thread({_shared_core()})
        work()

    return run_on_shared_core


@contextmanager
def on_any_core() -> Iterator[None]:
    """Let child processes started in the `with` block use all cores, even if the calling thread is bound to one."""
    bound = _current_cores()
    _bind_thread(_ALLOWED_CORES)
    try:
        yield
    finally:
        _bind_thread(bound)


def _current_cores() -> set[int]:
    """Return the cores on which the calling thread may run; an empty set on systems other than Linux."""
    return os.sched_getaffinity(0) if sys.platform == "linux" else set()


def _shared_core() -> int:
    """Return the CPU core to which `on_the_core` binds threads.

    It is chosen by process id, so that several bots on one machine use different cores.
    """
    return sorted(_ALLOWED_CORES)[os.getpid() % len(_ALLOWED_CORES)] if _ALLOWED_CORES else 0


def _bind_thread(cores: set[int]) -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # The core may have been taken from this process since its start.
            os.sched_setaffinity(0, cores)


_ALLOWED_CORES = _current_cores()
