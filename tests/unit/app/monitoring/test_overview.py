"""The figures for the overview of all offices: written again and again, and never in anybody's way."""

import threading
from time import monotonic

import pytest
from structlog.testing import capture_logs

from zalo_governor.app.monitoring import overview
from zalo_governor.app.monitoring.overview import OverviewWriter


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(overview, "_LAST_SECONDS", 0.1)


def test_it_writes_until_it_is_stopped_and_then_that_it_stops() -> None:
    written: list[bool] = []
    enough = threading.Event()

    def write(running: bool) -> None:
        written.append(running)
        if len(written) == 2:
            raise RuntimeError
        if len(written) > 3:
            enough.set()

    writer = OverviewWriter(write)
    with capture_logs() as logged:
        thread = threading.Thread(target=writer.run)
        thread.start()
        assert enough.wait(60)
        writer.stop()
        thread.join(60)
    assert written[-1] is False
    assert all(written[:-1])
    assert [line["event"] for line in logged] == ["overview_not_written"], "one line, however often it fails"


def test_a_write_that_hangs_holds_up_no_stop() -> None:
    hanging, called = threading.Event(), threading.Event()

    def write(_running: bool) -> None:
        called.set()
        hanging.wait(30)

    writer = OverviewWriter(write)
    thread = threading.Thread(target=writer.run)
    thread.start()
    assert called.wait(60)
    begun = monotonic()
    writer.stop()
    thread.join(60)
    assert monotonic() - begun < 15
    hanging.set()
