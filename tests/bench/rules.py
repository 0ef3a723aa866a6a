"""The rules alone, on one core."""

import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figures
from zalo_governor.domain.events import MessageSent
from zalo_governor.rulebook import load_rulebook
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.settings import shipped_config
from zalo_governor.simulator.chatter import sentence

COUNT = 20_000


def rules(_folder: Path) -> Figures:
    """See `rules_per_s`."""
    return {"rules_per_s": rules_per_s()}


def rules_per_s() -> float:
    """Messages a second that all rules judge; the texts are those that the simulator floods with."""
    engine = load_rulebook(shipped_config()).engine
    now = datetime.now(UTC)
    events = [MessageSent(at=now, text=sentence(number)) for number in range(COUNT)]
    began = time.perf_counter()
    for event in events:
        engine.judge(event, NO_CONTEXT)
    return COUNT / (time.perf_counter() - began)
