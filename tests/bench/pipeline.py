"""Benchmark of the whole program as a process; the simulator sends messages of 120 characters (encrypt 2, gzip)."""

import time
from pathlib import Path
from statistics import mean
from typing import ClassVar

from tests.bench.count import rss_mb
from tests.bench.figures import Figures
from tests.bench.rules import CHATTER, rules_per_s, talk
from tests.bench.store import store_bound_per_s
from tests.rig import Rig, children, rig
from zalo_governor.cli.demo.processes import Program

STUBBED = 50_000
BURST = 200_000
SETTLED = 10_000
"""Number of messages after which the program is warmed up and its memory has settled."""
PATIENCE = 180
VIOLATION_EVERY = 500
_CHECK_SLOWLY = 15_000
"""Above this number of unjudged messages, progress is checked once a second."""
_CHECK_OFTEN = 2_000
"""Above this number of unjudged messages, progress is checked every 0.1 s, below it every 0.01 s."""


class Stubbed(Program):
    """The bot program with a rulebook that holds no rules."""

    module: ClassVar[str] = "tests.bench.stubbed"


def stub(folder: Path) -> Figures:
    """Measure messages per second of the durable path without rules.

    Also returns how many sqlite3 alone stores of the same rows in the same commits, and the share reached.
    """
    figures: Figures = {}
    for per_frame in (1, 20):
        place = folder / f"stub-{per_frame}"
        place.mkdir()
        with rig(place) as made:
            made.program = Stubbed
            made.start_bot()
            _flood(made, SETTLED, per_frame=per_frame)
            figures[f"pipeline_stub_per_s_{per_frame}"] = stubbed = _flood(made, STUBBED, per_frame=per_frame)
            assert made.stop_bot() == 0
            figures[f"store_bound_per_s_{per_frame}"] = bound = store_bound_per_s(made.database, place / "bare.db")
            figures[f"pipeline_stub_share_of_bound_{per_frame}"] = stubbed / bound
    return figures


def pipeline(folder: Path) -> Figures:
    """Measure messages per second with all rules, the share of the rules' own speed, and memory over a long burst."""
    place = folder / "burst"
    place.mkdir()
    texts = talk()
    before = rules_per_s(CHATTER), rules_per_s(texts)
    with rig(place) as made:
        # The first start creates the tables and keeps alembic in memory, so memory is measured after the second.
        made.start_bot()
        assert made.stop_bot() == 0
        made.start_bot()
        _flood(made, SETTLED, every_violation=VIOLATION_EVERY)
        assert made.bot
        settled = rss_mb(made.bot.pid)
        per_s = _flood(made, BURST - SETTLED, every_violation=VIOLATION_EVERY)
        after = rss_mb(made.bot.pid)
        talk_per_s = _flood(made, len(texts), texts=texts)
        [rules_process] = children(made.bot.pid, "zalo_governor.sandbox.rules")
        rules_rss = rss_mb(rules_process)
    # Measured before and after, because the speed of a shared machine varies.
    chatter_alone, talk_alone = map(mean, zip(before, (rules_per_s(CHATTER), rules_per_s(texts)), strict=True))
    return {
        "pipeline_per_s": per_s,
        "rules_alone_per_s": chatter_alone,
        "pipeline_share_of_rules": per_s / chatter_alone,
        "pipeline_of_talk_per_s": talk_per_s,
        "rules_alone_of_talk_per_s": talk_alone,
        "pipeline_share_of_rules_of_talk": talk_per_s / talk_alone,
        "rss_mb": after,
        "rules_process_rss_mb": rules_rss,
        "rss_growth": after / settled,
    }


def _flood(made: Rig, count: int, **order: object) -> float:
    """Send a flood and return the messages per second from the first frame to the last judged message."""
    before = made.judged()
    feed_seconds: float = made.control("flood", count=count, **order)["feed_seconds"]
    began = time.monotonic()
    while (left := before + count - made.judged()) > 0:
        # Counting uses time of the second core, so it is done rarely while many messages are left.
        time.sleep(1.0 if left > _CHECK_SLOWLY else 0.1 if left > _CHECK_OFTEN else 0.01)
        assert time.monotonic() - began < PATIENCE
    return count / (time.monotonic() - began + feed_seconds)
