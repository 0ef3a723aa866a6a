"""How long nothing was heard, however gaps lie over each other and over the edges of a period."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.domain.connection import Gap, is_proven, silence

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTES = 60
SPANS = st.lists(st.tuples(st.integers(-30, 90), st.one_of(st.none(), st.integers(0, 60))), max_size=5)


@given(SPANS)
def test_each_minute_of_the_period_counts_once(spans: list[tuple[int, int | None]]) -> None:
    gaps, silent = [], set[int]()
    for number, (began, length) in enumerate(spans):
        until = MINUTES if length is None else began + length
        silent |= set(range(max(began, 0), min(until, MINUTES)))
        ended = None if length is None else _at(until)
        gaps.append(Gap(id=number, group_id="1", began_at=_at(began), ended_at=ended, cause="1006"))
    assert silence(gaps, START, _at(MINUTES)) == timedelta(minutes=len(silent))


@pytest.mark.parametrize(
    ("began", "ended", "closed", "proven"),
    [
        (10, 20, True, True),
        (10, 20, False, False),
        (-20, -10, False, True),
        (-20, 0, False, False),
        (-20, None, False, False),
        (MINUTES, None, False, True),
    ],
)
def test_a_period_is_proven_if_every_gap_that_touches_it_is_closed(
    began: int, ended: int | None, closed: bool, proven: bool
) -> None:
    end = None if ended is None else _at(ended)
    gap = Gap(id=1, group_id="1", began_at=_at(began), ended_at=end, cause="x", closed=closed)
    assert is_proven([gap], START, _at(MINUTES)) is proven
    assert is_proven([], START, _at(MINUTES))


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)
