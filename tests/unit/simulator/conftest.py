"""What the tests of this room share."""

from collections.abc import Iterator

import pytest

from tests.unit.simulator.running import Running


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
