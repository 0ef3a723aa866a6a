"""What a signal may do while the program runs."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import cast

import pytest

from zalo_governor.app.supervisor import Governor
from zalo_governor.cli.run import run_until_told

NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Busy:
    """A governor that a signal meets while its own thread holds the lock which every order takes."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._lock = threading.Lock()
        self._obeyed = threading.Event()
        self.orders: list[str] = []

    def run(self) -> None:
        """Returns once the order was carried out."""
        with self._lock:
            os.kill(os.getpid(), self._number)
            time.sleep(0.05)
        assert self._obeyed.wait(60)

    def stop(self) -> None:
        """An order."""
        self._note("stop")

    def look_at_configuration(self) -> None:
        """Another one."""
        self._note("look")

    def _note(self, order: str) -> None:
        with self._lock:
            self.orders.append(order)
            self._obeyed.set()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of before come back."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("number", "order"), [*zip(NUMBERS, ("stop", "stop", "look"), strict=True)])
def test_a_signal_at_the_worst_moment_is_obeyed_and_hangs_nothing(number: signal.Signals, order: str) -> None:
    governor = Busy(number)
    run_until_told(cast("Governor", governor))
    assert governor.orders == [order]


class Asleep:
    """A governor whose main thread sleeps until it is told to stop, as the real one does."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._stopping = threading.Event()

    def run(self) -> None:
        """Returns once `stop` was called; a thread beside it gets the signal."""
        threading.Thread(target=self._be_interrupted, daemon=True).start()
        assert self._stopping.wait(60)

    def stop(self) -> None:
        """An order."""
        self._stopping.set()

    look_at_configuration = stop

    def _be_interrupted(self) -> None:
        time.sleep(0.05)
        signal.pthread_kill(threading.get_ident(), self._number)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_the_kernel_gives_to_another_thread_is_obeyed_while_the_main_thread_sleeps(
    number: signal.Signals,
) -> None:
    run_until_told(cast("Governor", Asleep(number)))
