"""Whoever wants to write gets his turn."""

import threading
import time

import pytest

from zalo_governor.storage.engine.write_lock import WriteLock


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    turns = WriteLock()
    had: list[int] = []

    def ask(number: int) -> None:
        with turns:
            had.append(number)

    with turns:
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=ask, args=[number]))
            threads[-1].start()
            time.sleep(0.02)
        assert had == []
    for thread in threads:
        thread.join(60)
    assert had == [0, 1, 2, 3, 4]


def test_two_who_write_without_a_pause_do_not_shut_out_a_third() -> None:
    turns = WriteLock()
    stopping = threading.Event()
    counts = [0, 0]

    def write(which: int) -> None:
        while not stopping.is_set():
            with turns:
                counts[which] += 1
                time.sleep(0.001)

    threads = [threading.Thread(target=write, args=[which]) for which in (0, 1)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    before = sum(counts)
    with turns:
        waited_for = sum(counts) - before
    stopping.set()
    for thread in threads:
        thread.join(60)
    assert waited_for <= 3


def test_an_error_gives_the_turn_back() -> None:
    turns = WriteLock()
    with pytest.raises(KeyError), turns:
        raise KeyError
    with turns:
        pass
