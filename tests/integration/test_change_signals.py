"""On PostgreSQL one process hears at once what another has committed, however rarely it looks by itself."""

import asyncio
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text

from tests import postgresql
from tests.unit.pipeline.memory import ScriptedSender
from tests.unit.storage.stored import BOT, GROUP, MASTER, START, HandClock, new_directive, notice
from zalo_governor.domain.notices import Reception
from zalo_governor.panel.live import Changes
from zalo_governor.pipeline.outbox import OutboxLane, OutboxWorker
from zalo_governor.storage.engine.change_signals import ChangeListener
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.queries.panel import PanelQueries
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

SOON = 10.0
"""Seconds; each process looks by itself after thirty only."""


@pytest.fixture(autouse=True)
def looking_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.outbox._LONGEST_SLEEP_SECONDS", 30.0)
    monkeypatch.setattr("zalo_governor.panel.live._LOOK_SECONDS", 30.0)
    monkeypatch.setattr("zalo_governor.storage.engine.change_signals._AGAIN_SECONDS", 30.0)


@pytest.fixture(scope="module")
def url(postgresql_folder: Path) -> str:
    return postgresql.new_database(postgresql_folder)


@pytest.fixture(scope="module")
def here(url: str) -> Iterator[Database]:
    yield from opened(url)


@pytest.fixture(scope="module")
def there(url: str, here: Database) -> Iterator[Database]:
    """What another process has open, of the same database."""
    yield from opened(url)


def opened(url: str) -> Generator[Database]:
    database = Database(url, Keys(MASTER), HandClock())
    try:
        database.migrate()
        yield database
    finally:
        database.close()


class Woken(threading.Semaphore):
    """Counts how often somebody was woken."""

    def __init__(self) -> None:
        super().__init__(0)

    def within(self, seconds: float) -> bool:
        return self.acquire(timeout=seconds)


@contextmanager
def listening(database: Database, woken: Woken) -> Iterator[None]:
    listener = ChangeListener(database.apart, woken.release)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        assert woken.within(SOON), "it looks once when it begins to listen"
        yield
    finally:
        listener.stop()
        thread.join(60)
    assert not thread.is_alive()


def post(database: Database) -> None:
    with UnitsOfWork(database, BOT).begin() as uow:
        uow.outbox.add(notice())


def give_order(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    units.seed_people(BOT, [SeedPerson("Giàng A Sử", "Chủ tịch", "5", None, None, {})])
    with units.begin() as uow:
        giver = uow.people.find(BOT, "5")
        assert giver is not None
        uow.directives.add(new_directive(giver.id))


def test_what_one_process_posts_another_sends_at_once(here: Database, there: Database) -> None:
    sent = threading.Event()
    lane = partial(
        OutboxLane,
        Outbox(here, BOT),
        ScriptedSender([Reception(msg_id="77")]),
        account=BOT,
        printed=lambda file: file.name.encode(),
        say_again=str,
        say_part=lambda said, _number, _total: said,
        private_per_day=lambda: 10,
        on_sent=lambda _message, _outcome: sent.set(),
        clock=here.clock,
    )
    worker = OutboxWorker(lane(files=False), lane(files=True))
    listener = ChangeListener(here.apart, worker.wake)
    threads = [threading.Thread(target=work) for work in (worker.run, listener.run)]
    for thread in threads:
        thread.start()
    try:
        assert not sent.wait(0.5)
        began = monotonic()
        post(there)
        assert sent.wait(SOON)
        assert monotonic() - began < SOON
    finally:
        listener.stop()
        worker.stop()
        for thread in threads:
            thread.join(60)


def test_open_pages_hear_at_once_what_the_bot_does(here: Database, there: Database) -> None:
    def stamps() -> Mapping[str, object]:
        with here.read() as connection:
            return PanelQueries(connection).stamps()

    async def hear() -> float:
        changes = Changes(stamps)
        listener = ChangeListener(here.apart, lambda: loop.call_soon_threadsafe(changes.hurried.set))
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=listener.run)
        thread.start()
        queue = changes.listen(frozenset({GROUP}))
        try:
            await asyncio.sleep(0.5)
            began = monotonic()
            await asyncio.to_thread(give_order, there)
            async with asyncio.timeout(SOON):
                assert await queue.get() == "changed"
            return monotonic() - began
        finally:
            changes.forget(queue)
            changes.close()
            listener.stop()
            thread.join(60)

    assert asyncio.run(hear()) < SOON


def test_only_changes_that_concern_others_are_signalled_once_they_are_committed(
    here: Database, there: Database
) -> None:
    woken = Woken()
    with listening(here, woken):
        with UnitsOfWork(there, BOT).begin() as uow:
            uow.audit.append("config.reloaded", at=START, group_id=GROUP, detail={})
        with suppress(RuntimeError), UnitsOfWork(there, BOT).begin() as uow:
            uow.outbox.add(notice())
            uow.tx.flush()
            raise RuntimeError
        assert not woken.within(0.3)
        post(there)
        assert woken.within(SOON)


def test_an_office_does_not_hear_another_in_the_same_database(here: Database, url: str) -> None:
    with here.write() as connection:
        connection.execute(text("CREATE SCHEMA khac"))
    other = opened(f"{url}&options=-csearch_path%3Dkhac")
    woken = Woken()
    with listening(here, woken):
        post(next(other))
        assert not woken.within(0.3)
    other.close()


def test_a_lost_connection_is_opened_again(here: Database, there: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.storage.engine.change_signals._AGAIN_SECONDS", 0.05)
    woken = Woken()
    with listening(here, woken):
        lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        with there.read() as connection:
            assert connection.execute(text(lost)).rowcount == 1
        assert woken.within(SOON), "it looks anew, as it may have missed something"
        post(there)
        assert woken.within(SOON)
