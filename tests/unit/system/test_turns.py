"""Turns of the programs on one machine."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from zalo_governor.system import turns
from zalo_governor.system.turns import turn

_HOLD = "from zalo_governor.system.turns import turn\nwith turn('test', print):\n print('held', flush=True)\n input()"


class StoppedError(Exception):
    """The waiting is over."""


def stop(_seconds: float) -> None:
    raise StoppedError


@pytest.fixture(autouse=True)
def one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)


def test_another_waits_until_the_turn_is_free_and_can_be_stopped_meanwhile() -> None:
    name = f"test-{os.getpid()}"
    with ExitStack() as first:
        first.enter_context(turn(name, stop))
        with pytest.raises(StoppedError), turn(name, stop):
            pass
        waited: list[float] = []

        def let_go(seconds: float) -> None:
            waited.append(seconds)
            first.close()

        with turn(name, let_go):
            assert len(waited) == 1
    with turn(name, stop), turn(f"{name}-other", stop):
        pass


def test_who_waits_too_long_goes_ahead_without_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_LONGEST_WAIT_SECONDS", 0.0)
    name = f"test-{os.getpid()}"
    with turn(name, stop), turn(name, stop):
        pass


def test_the_turn_of_a_program_that_is_killed_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    holders = []
    for _ in range(os.cpu_count() or 1):
        holder = subprocess.Popen([sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        holders.append(holder)
    with pytest.raises(StoppedError), turn("test", stop):
        pass
    for holder in holders:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    with turn("test", stop):
        pass
