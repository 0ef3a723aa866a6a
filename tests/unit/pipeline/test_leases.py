"""A job that takes long is kept from other workers, as long as its worker lives."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome, RemoveMember
from zalo_governor.pipeline import jobs
from zalo_governor.pipeline.jobs import JobRunner, Performed

NOW = datetime(2026, 3, 2, tzinfo=UTC)
JOB = Job(id=1, account="bot", group_id="group", task=RemoveMember(uid="1"), ordered_at=NOW, attempts=1)


class Queue:
    """A queue with one job, which counts renewals."""

    def __init__(self) -> None:
        self.renewed: list[datetime] = []
        self.fails = 0
        self.enough = threading.Event()
        self.settled: list[JobOutcome] = []
        self.newest_first: list[bool] = []

    @contextmanager
    def begin(self, *, reading: bool = False) -> Iterator[Any]:
        yield SimpleNamespace(jobs=self)

    def claim(
        self, _account: str, _kinds: Collection[JobKind], _now: datetime, *, limit: int | None, newest_first: bool
    ) -> list[Job]:
        self.newest_first.append(newest_first)
        return [JOB][:limit]

    def renew(self, _job: Job, now: datetime) -> bool:
        if self.fails:
            self.fails -= 1
            raise StoreUnavailableError("down")
        self.renewed.append(now)
        if len(self.renewed) == 3:
            self.enough.set()
        return True

    def settle(self, _job: Job, outcome: JobOutcome) -> bool:
        self.settled.append(outcome)
        return True


class Slow:
    """A handler that is done when its lease has been renewed three times, or after a moment."""

    def __init__(self, queue: Queue, patience: float) -> None:
        self._queue = queue
        self._patience = patience

    def perform(self, _job: Job) -> Performed:
        self._queue.enough.wait(self._patience)
        return Performed(JobOutcome.DONE)

    def settle(self, *_: Any) -> None: ...


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_RENEW_SECONDS", 0.01)


def act(queue: Queue, *, alone: bool, patience: float = 10.0) -> None:
    handlers = {JobKind.REMOVE_MEMBER: Slow(queue, patience)}
    runner = JobRunner("bot", handlers=handlers, begin=queue.begin, on_settled=lambda: None, alone=alone)
    runner.act(NOW)


def test_the_lease_is_renewed_until_the_job_is_done() -> None:
    queue = Queue()
    queue.fails = 1
    act(queue, alone=False)
    assert len(queue.renewed) >= 3
    assert NOW < queue.renewed[0] < queue.renewed[1] < NOW + timedelta(seconds=10)
    assert queue.settled == [JobOutcome.DONE]
    assert "lease" not in {thread.name for thread in threading.enumerate()}


def test_who_works_alone_renews_nothing() -> None:
    queue = Queue()
    act(queue, alone=True, patience=0.05)
    assert (queue.renewed, queue.settled) == ([], [JobOutcome.DONE])


def test_the_newest_come_first_and_every_fourth_time_the_oldest() -> None:
    queue = Queue()
    handlers = {JobKind.REMOVE_MEMBER: Slow(queue, 0)}
    runner = JobRunner(
        "bot", handlers=handlers, begin=queue.begin, on_settled=lambda: None, at_once=1, newest_first=True, alone=False
    )
    for _ in range(8):
        runner.act(NOW)
    assert queue.newest_first == [True, True, True, False] * 2
