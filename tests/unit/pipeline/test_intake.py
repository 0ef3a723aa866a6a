"""Everything heard reaches the inbox once, in order, and survives a store that is away for a while."""

import threading
from datetime import UTC, datetime

from structlog.testing import capture_logs

from tests.unit.pipeline.made import GROUP, element
from tests.unit.pipeline.memory import MemoryInbox
from zalo_governor.domain.inbound import Admitted, ElementKind
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.secret_gate import SecretGate


def clock() -> datetime:
    return datetime(2026, 1, 5, tzinfo=UTC)


class Given:
    """An intake over a memory inbox, and what it handed on."""

    def __init__(self, capacity: int = 100, batch: int = 10) -> None:
        self.inbox = MemoryInbox()
        self.handed: list[str] = []
        self.intake = Intake(
            self.inbox,
            SecretGate([], lambda content: content),
            groups=[GROUP],
            watched=lambda receipt: receipt.key == "watched",
            on_admitted=self._hand,
            clock=clock,
            capacity=capacity,
            batch=batch,
        )
        self.thread = threading.Thread(target=self.intake.run)

    def _hand(self, admitted: list[Admitted]) -> None:
        self.handed += [item.entry.key for item in admitted]

    def finish(self) -> None:
        self.intake.stop()
        self.thread.join(60)
        assert not self.thread.is_alive()


def test_what_is_offered_is_admitted_in_order_and_once() -> None:
    given = Given()
    given.thread.start()
    for start in range(0, 60, 6):
        given.intake.offer([element(str(number)) for number in range(start, start + 6)])
    given.intake.offer([element("5"), element("60")])
    given.finish()
    assert given.handed == [str(number) for number in range(61)]
    assert given.intake.dropped["duplicate"] == 1


def test_a_burst_beyond_capacity_waits_at_the_socket_and_is_not_lost() -> None:
    given = Given(capacity=5, batch=3)

    def offer_all() -> None:
        for number in range(50):
            given.intake.offer([element(str(number))])

    offered = threading.Thread(target=offer_all)
    offered.start()
    offered.join(0.2)
    assert offered.is_alive()
    given.thread.start()
    offered.join(60)
    given.finish()
    assert given.handed == [str(number) for number in range(50)]


def test_a_store_that_is_away_delays_and_loses_nothing() -> None:
    given = Given()
    given.inbox.failures = 3
    given.thread.start()
    given.intake.offer([element("1"), element("2")])
    given.intake.offer([element("3")])
    given.finish()
    assert given.handed == ["1", "2", "3"]


def test_that_elements_are_stored_is_told_after_storing_and_not_before_those_offered_earlier() -> None:
    given = Given(batch=3)
    told: list[list[str]] = []
    given.inbox.failures = 2
    given.intake.offer([element(str(number)) for number in range(4)], lambda: told.append([*given.handed]))
    given.intake.offer([element("9")])
    assert told == []
    given.thread.start()
    given.finish()
    assert (given.inbox.failures, [set(handed) >= set("0123") for handed in told]) == (0, [True])


def test_words_in_the_place_of_a_group_id_do_not_reach_the_log() -> None:
    given = Given()
    with capture_logs() as logs:
        given.intake.admit([element("1", thread_id="văn bản giả định")])
    assert logs == []


def test_foreign_groups_and_unwatched_receipts_are_not_kept() -> None:
    given = Given()
    fresh = given.intake.admit(
        [
            element("1", thread_id="another group"),
            element("2", thread_id="a member", is_group=False),
            element("3", kind=ElementKind.RECEIPT),
            element("watched", kind=ElementKind.RECEIPT),
        ]
    )
    assert [item.entry.key for item in fresh] == ["2", "watched"]
    assert given.intake.dropped == {"foreign_group": 1, "unwatched_receipt": 1}


def test_a_broken_element_that_names_no_group_is_kept() -> None:
    given = Given()
    [kept] = given.intake.admit([element("1", thread_id="", kind=ElementKind.OTHER)])
    assert kept.entry.thread_id == ""


def test_a_group_that_is_not_watched_is_named_in_the_log_once() -> None:
    given = Given()
    with capture_logs() as logs:
        given.intake.admit([element("1", thread_id="9"), element("2", thread_id="9")])
    assert logs == [{"event": "group_not_watched", "group": "9", "log_level": "info"}]
    assert given.handed == []
