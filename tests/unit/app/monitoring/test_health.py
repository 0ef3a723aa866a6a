"""What is called healthy, and what is not."""

from datetime import UTC, datetime

import pytest

from zalo_governor.app.monitoring.health import Condition, Vitals, health, works
from zalo_governor.domain.connection import LineState
from zalo_governor.pipeline.heartbeat import Heartbeat, Standing

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
IDLE = Standing(busy=False, turned_ago=9000.0, moved_ago=9000.0)
AT_WORK = Standing(busy=True, turned_ago=1.0, moved_ago=5.0)
TRYING = Standing(busy=True, turned_ago=5.0, moved_ago=90.0)
HUNG = Standing(busy=True, turned_ago=90.0, moved_ago=90.0)
WELL = Vitals(
    line=LineState.UP,
    heard_at=NOW,
    resumes_at=None,
    looked_at=NOW,
    intake=IDLE,
    judge=IDLE,
    waiting=0,
    oldest_waiting_seconds=0.0,
)


@pytest.mark.parametrize(
    ("vitals", "reasons"),
    [
        (WELL, []),
        (WELL._replace(judge=AT_WORK, waiting=200, oldest_waiting_seconds=4.0), []),
        # After a long outage there is a backlog, and it is being worked off.
        (WELL._replace(judge=AT_WORK, waiting=90_000, oldest_waiting_seconds=7000.0), []),
        (WELL._replace(line=LineState.FRAME_LOST), []),
        (None, [Condition.STARTING]),
        (WELL._replace(line=None), [Condition.STARTING]),
        (WELL._replace(line=LineState.DOWN), [Condition.BLIND]),
        (WELL._replace(line=LineState.REFUSED), [Condition.BLIND]),
        (WELL._replace(line=LineState.DUPLICATE), [Condition.BLIND]),
        (WELL._replace(line=LineState.KICKED), [Condition.BLIND]),
        (WELL._replace(judge=TRYING), [Condition.STUCK]),
        (WELL._replace(intake=HUNG), [Condition.STUCK]),
        # Nobody has anything in hand, and yet something waits: it was forgotten.
        (WELL._replace(waiting=1, oldest_waiting_seconds=130.0), [Condition.STUCK]),
        (WELL._replace(waiting=None), [Condition.DATABASE_AWAY]),
        (
            WELL._replace(waiting=None, judge=TRYING, line=LineState.DOWN),
            [Condition.DATABASE_AWAY, Condition.STUCK, Condition.BLIND],
        ),
    ],
)
def test_the_condition_is_the_worst_of_what_is_the_matter(vitals: Vitals | None, reasons: list[Condition]) -> None:
    found = health(vitals)
    assert list(found.reasons) == reasons
    assert found.good is not bool(reasons)
    assert found.condition is (reasons[0] if reasons else Condition.HEARING)


@pytest.mark.parametrize(
    ("intake", "judge", "expected"),
    [
        (IDLE, IDLE, True),
        (AT_WORK, AT_WORK, True),
        # The database is away: a new start would not bring it back.
        (TRYING, TRYING, True),
        (HUNG, IDLE, False),
        (IDLE, HUNG, False),
    ],
)
def test_only_a_thread_that_takes_no_turns_lets_the_watchdog_go_hungry(
    intake: Standing, judge: Standing, expected: bool
) -> None:
    assert works(intake, judge) is expected


def test_progress_tells_trying_from_moving() -> None:
    now = 0.0
    progress = Heartbeat(lambda: now)
    now = 100.0
    progress.begins()
    assert progress.standing == Standing(True, 0.0, 0.0), "it waited for nothing before"
    now = 130.0
    progress.tries_again()
    progress.begins()
    now = 131.0
    assert progress.standing == Standing(True, 1.0, 31.0)
    progress.moves()
    assert progress.standing == Standing(True, 0.0, 0.0)
    progress.rests()
    assert not progress.standing.busy
