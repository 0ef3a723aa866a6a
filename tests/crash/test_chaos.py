"""The chaos run in about a minute: every fault once, six kills, on SQLite; `make chaos` is the whole of it."""

from pathlib import Path

import pytest

from tests.chaos.plan import make_plan
from tests.chaos.run import run
from tests.chaos.stores import Sqlite

SEED = 20_261
MESSAGES = 2_500
KILLS = 6


@pytest.mark.timeout(240)
def test_with_everything_going_wrong_nothing_is_lost_repeated_or_hidden(tmp_path: Path) -> None:
    store = Sqlite(tmp_path / "data")
    try:
        plan = make_plan(SEED, MESSAGES, kills=KILLS, without=store.cannot)
        outcome = run(tmp_path, store, plan, lambda said, what: print(said, what) if what else None)
    finally:
        store.close()
    for line in outcome.lines:
        print(f"{line.what}: {line.found}, wanted {line.wanted}", *line.details, sep="\n  ")
    print(f"{outcome.said} messages, {outcome.kills} kills, {outcome.seconds:.0f} s; not made: {outcome.not_made}")
    assert [line.what for line in outcome.lines if not line.holds] == []
