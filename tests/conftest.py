"""What all tests share."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from zalo_governor.storage.engine import connect

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

TIERS = {"rules": "unit", "unit": "unit"} | {
    name: name for name in ("contract", "integration", "acceptance", "crash", "packaging")
}
"""Folder -> marker."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier, which is the folder it lies in."""
    root = Path(__file__).parent
    for item in items:
        tier = TIERS.get(item.path.relative_to(root).parts[0])
        if tier:
            item.add_marker(tier)


def _log_nowhere() -> None:
    # A thread that an earlier test left to end by itself must not write into what another test reads.
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


_log_nowhere()


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that a test calls in this process sets the log up for all of it."""
    yield
    _log_nowhere()


_configure = connect._configure


def _configure_without_sync(path: Path, connection: sqlite3.Connection) -> None:
    _configure(path, connection)
    connection.execute("PRAGMA synchronous = OFF").close()


# No test cuts the power of this process, so that SQLite in it need not wait for the disk.
connect._configure = _configure_without_sync


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite in this process waits for the disk, as in the program."""
    monkeypatch.setattr(connect, "_configure", _configure)
