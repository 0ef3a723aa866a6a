"""Reconciliation find what is missing between things that were heard, within their budget."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from tests.unit.pipeline.made import GROUP, element
from zalo_governor.domain.inbound import Element
from zalo_governor.pipeline.reconciliation import Reconciliation

OTHER = "other"
_PAGE = 10


class Page(NamedTuple):
    """Fits HistoryPage."""

    elements: Sequence[Element]
    cursor: int
    end: str | None


class Given:
    """Groups with messages 1..n, of which all were stored, under 100 times their number, but those that a test lost."""

    def __init__(self, *, pages: int = 10, groups: Sequence[str] = (GROUP,)) -> None:
        self.said = dict.fromkeys(groups, 0)
        self.lost: set[int] = set()
        self.before_us = 0
        self.asked: list[tuple[str, int | None]] = []
        self.missed: list[tuple[str, int, str]] = []
        self.goes_on = True
        self.rounds = Reconciliation(
            groups=groups,
            pages=pages,
            page=self._page,
            numbers=lambda group_id, keys: {
                key: int(key) * 100 for key in keys if int(key) not in self.lost and int(key) > self.before_us
            },
            oldest=lambda group_id: self.before_us + 1 if self.said[group_id] > self.before_us else None,
            missed=lambda group_id, heard_id, one: self.missed.append((group_id, heard_id, one.key)),
            pause=lambda: self.goes_on,
        )

    def _page(self, group_id: str, before: int | None) -> Page:
        self.asked.append((group_id, before))
        newest = self.said[group_id] if before is None else before - 1
        lowest = max(newest - _PAGE, 0) + 1
        elements = [element(str(number), thread_id=group_id) for number in range(newest, lowest - 1, -1)]
        return Page(elements, lowest, None if lowest > 1 else "beginning")

    def go(self, said: int, *, lost: Set[int] = frozenset(), group: str = GROUP) -> list[tuple[str, int, str]]:
        """What was told of after one more round, when that much had been said."""
        self.said[group], self.lost = said, self.lost | lost
        self.missed.clear()
        self.rounds.go()
        return self.missed


def test_what_was_heard_whole_is_told_of_nowhere_and_read_once() -> None:
    given = Given()
    assert given.go(40) == given.go(62) == []
    assert given.asked == [(GROUP, None), (GROUP, None), (GROUP, 53), (GROUP, 43)]


def test_what_is_missing_between_things_that_were_heard_is_told_with_where_to_look_from() -> None:
    given = Given()
    assert given.go(40, lost={35, 36, 38}) == [(GROUP, 3699, "35")]
    assert given.go(60, lost={44}) == [(GROUP, 4499, "44")]


def test_what_is_newer_than_all_that_was_heard_may_still_be_coming() -> None:
    given = Given()
    assert given.go(40, lost={39, 40}) == []
    assert given.go(41) == [(GROUP, 4099, "39")]


def test_what_was_said_before_we_came_is_not_missed_and_not_read() -> None:
    given = Given()
    given.before_us = 35
    assert given.go(40) == []
    assert given.go(45) == []
    assert given.asked == [(GROUP, None)] * 2


def test_a_round_asks_no_more_than_it_may_and_the_next_one_goes_on_there() -> None:
    given = Given(pages=2, groups=(GROUP, OTHER))
    given.said[OTHER] = 5
    given.go(10)
    given.asked.clear()
    assert given.go(60, lost={33}) == []
    assert given.go(60) == [(GROUP, 3399, "33")]
    assert given.asked == [(GROUP, None), (GROUP, 51), (GROUP, 41), (GROUP, 31)]
    given.go(60)
    assert given.asked[4:] == [(GROUP, 21), (OTHER, None)]


def test_a_stop_ends_it_at_the_next_pause() -> None:
    given = Given(groups=(GROUP, OTHER))
    given.goes_on = False
    given.go(10)
    assert given.asked == [(GROUP, None)]
