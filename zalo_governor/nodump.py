"""No picture of the process's memory on the disk: what is suspected to be a state secret lives in memory alone."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
"""<sys/prctl.h>; also keeps other processes of the same user from reading the memory."""


def forbid_core_dumps() -> None:
    """A crash of this process leaves no core file, nor anything for a handler of the system to collect (Linux)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit does not count where the system hands dumps to a program (core(5)).
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
