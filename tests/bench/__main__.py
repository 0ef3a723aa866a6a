"""Prints what was measured, and writes it to build/bench.json."""

import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.inbox import inbox_per_s
from tests.bench.pipeline import alert_latency_ms, burst
from tests.bench.rules import rules_per_s
from tests.bench.store import sync_ms

# What this floors ask; `-` where none is set. Ratios of one run count, not figures of two days.
FLOORS = {"pipeline_per_s": ">= 4,000", "dm_latency_ms_p99": "<= 100", "rss_mb": "<= 150"}


def main() -> None:
    """Measure each figure once, the slow ones last."""
    console = Console()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=_build()) as folder:
        console.print("rules, one core …")
        figures["rules_per_s"] = rules_per_s()
        console.print("frames to inbox, one core …")
        figures["sync_ms"] = sync_ms(Path(folder))
        figures["inbox_per_s"] = inbox_per_s(Path(folder))
        console.print("alerts at 20 messages/s, real processes …")
        figures["dm_latency_ms_p50"], figures["dm_latency_ms_p99"] = alert_latency_ms(Path(folder) / "latency")
        console.print("a burst of 50,000 messages, real processes …")
        figures["pipeline_per_s"], figures["rss_mb"] = burst(Path(folder) / "burst")
    (_build() / "bench.json").write_text(json.dumps(figures, indent=2) + "\n")
    table = Table("figure", "measured", "floor")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.2f}", FLOORS.get(name, "-"))
    console.print(table)


def _build() -> Path:
    build = Path("build")
    build.mkdir(exist_ok=True)
    return build


main()
