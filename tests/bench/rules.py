"""Benchmark of the rules alone, on one core."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figures
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import MessageSent
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.simulator.load.chatter import sentence

COUNT = 20_000
CHATTER = [sentence(number) for number in range(COUNT)]


def rules(_folder: Path) -> Figures:
    """Return how many messages per second all rules judge: of generated messages, and of realistic ones."""
    return {"rules_per_s": rules_per_s(CHATTER), "rules_of_talk_per_s": rules_per_s(talk())}


def rules_per_s(texts: Sequence[str]) -> float:
    """Return how many messages per second all rules judge, measured on these texts."""
    engine = load_rulebook(shipped_config()).engine
    engine.prepare()
    now = datetime.now(UTC)
    events = [MessageSent(at=now, text=text) for text in texts]
    began = time.perf_counter()
    for event in events:
        engine.judge(event, NO_CONTEXT)
    return len(texts) / (time.perf_counter() - began)


def talk() -> list[str]:
    """Return `COUNT` realistic messages: two lines each (about 110 characters) of the corpus of compliant messages.

    Every line of the corpus looks slightly like a violation, so that rules take longer than for generated messages.
    """
    corpus = shipped_config() / "benign" / "messages.vi.txt"
    lines = [line for line in corpus.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    count = len(lines)
    return [f"{lines[n % count]}\n{lines[(7 * n + n // count) % count]}" for n in range(COUNT)]
