"""Where the work of this process runs."""

import os
import subprocess
import sys
import threading

import pytest

from zalo_governor.system.process import on_any_core, on_the_core

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program choose its cores")

ALL = os.sched_getaffinity(0)
_THEIR_CORES = "import os; print(sorted(os.sched_getaffinity(0)))"


def _in_threads(*works: "_Look") -> None:
    threads = [threading.Thread(target=on_the_core(work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Look:
    """Notes the cores of its own thread, and those of a process that it begins."""

    def __init__(self) -> None:
        self.cores: set[int] = set()
        self.cores_after: set[int] = set()
        self.of_a_process = ""

    def __call__(self) -> None:
        self.cores = os.sched_getaffinity(0)
        with on_any_core():
            command = [sys.executable, "-c", _THEIR_CORES]
            self.of_a_process = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        self.cores_after = os.sched_getaffinity(0)


def test_the_busy_threads_share_one_core_and_the_others_keep_all() -> None:
    one, other = _Look(), _Look()
    _in_threads(one, other)
    assert len(one.cores) == 1
    assert one.cores == other.cores
    assert os.sched_getaffinity(0) == ALL


def test_a_process_that_one_of_them_begins_may_run_anywhere() -> None:
    look = _Look()
    _in_threads(look)
    assert look.of_a_process == str(sorted(ALL))
    assert look.cores_after == look.cores
