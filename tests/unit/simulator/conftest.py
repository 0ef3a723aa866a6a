"""What the tests of this room share."""

import time
from collections.abc import Iterator

import pytest

from tests.unit.simulator.running import Running
from tests.unit.simulator.wire_client import Ear, WireClient


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """One simulator for all tests of a file."""
    simulator = Running()
    yield simulator
    simulator.close()


@pytest.fixture
def sim(running: Running) -> Running:
    """The simulator, freshly reset."""
    running.order("abort")
    running.order("reset")
    return running


@pytest.fixture
def ear(sim: Running) -> Iterator[Ear]:
    """A socket of the bot's account."""
    listening = WireClient(sim.url).listen()
    deadline = time.monotonic() + 5
    while sim.state()["sockets"] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield listening
    listening.close()
