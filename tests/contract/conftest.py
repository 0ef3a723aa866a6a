"""One storage after the other: in memory, SQLite, PostgreSQL. Whatever fits `UnitOfWork` has to pass the same tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import migrated, postgresql
from tests.memory.store import MemoryStore
from tests.memory.unit_of_work import MemoryUnitOfWork
from tests.unit.storage.stored import BOT, MASTER, START, HandClock, entry, message
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork


class Storage(NamedTuple):
    """What a test needs of one storage."""

    begin: Callable[[], AbstractContextManager[UnitOfWork]]
    hear: Callable[..., MessageSent]
    """A message of the group with that msgId is heard and judged clean."""


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Empty, and thrown away afterwards."""
    if request.param == "memory":
        yield _memory()
        return
    folder = request.getfixturevalue("postgresql_folder") if request.param == "postgresql" else None
    url = migrated.postgresql_url(folder) if folder else migrated.sqlite_url(tmp_path / "governor.db")
    database = Database(url, Keys(MASTER), HandClock())
    yield _sql(database)
    database.close()


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server."""
    with postgresql.server("fsync=off") as folder:
        yield folder


def _memory() -> Storage:
    store = MemoryStore()
    uow = MemoryUnitOfWork(store)

    @contextmanager
    def begin() -> Iterator[UnitOfWork]:
        yield uow

    def hear(key: str, **changes: Any) -> MessageSent:
        heard = entry(key, **changes)
        event = MessageSent(
            id=len(store.events) + 1,
            account=heard.account,
            thread_id=heard.thread_id,
            key=heard.key,
            sender_uid=heard.sender_uid,
            at=START,
            text=str((heard.raw or {}).get("content")),
        )
        store.events[event.id] = event
        return event

    return Storage(begin, hear)


def _sql(database: Database) -> Storage:
    units, inbox = UnitsOfWork(database, BOT), Inbox(database)

    def hear(key: str, **changes: Any) -> MessageSent:
        [admitted] = inbox.admit([entry(key, **changes)])
        event = message(admitted)
        with units.begin() as uow:
            uow.verdicts.store(admitted, event, Verdict(), START)
        return event

    return Storage(units.begin, hear)
