"""Run the benchmarks, print the results beside their goals and write them to build/bench.json.

`python -m tests.bench [PART …]` runs only these parts and keeps the other figures in the file;
`python -m tests.bench content …` and the like measure the rules on labelled texts (`tests/bench/texts`);
`python -m tests.bench scale [--short]` tries the size of a country (`tests/bench/scale.py`): an hour, or a minute;
`python -m tests.bench wire` counts the facts of Zalo's wire that this build handles (`tests/bench/wire.py`);
`python -m tests.bench fuzz --minutes 10` scans broken files (`tests/bench/fuzz.py`).
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import fuzz, wire
from tests.bench.attachments import attachments
from tests.bench.figures import Figures, goals
from tests.bench.groups import groups
from tests.bench.inbox import inbox
from tests.bench.latency import latency
from tests.bench.ledger import ledger
from tests.bench.panel import panel
from tests.bench.pipeline import pipeline, stub
from tests.bench.receive import receive
from tests.bench.report import report
from tests.bench.rules import rules
from tests.bench.scale import scale, scale_in_small
from tests.bench.texts.command import COMMANDS, app
from tests.bench.years import years

PARTS: dict[str, tuple[str, Callable[[Path], Figures]]] = {
    "rules": ("the rules, one core", rules),
    "inbox": ("frames to inbox, one core", inbox),
    "receive": ("receiving and decoding, beside zca-js", receive),
    "latency": ("alerts at 200 messages/s, real processes", latency),
    "groups": ("100 groups of 60 members with roles of their own, real processes", groups),
    "attachments": ("alerts beside files, and files of 10 MB, real processes", attachments),
    "stub": ("the durable path without rules, real processes", stub),
    "pipeline": ("a burst of 200,000 messages, real processes", pipeline),
    "ledger": ("the directive ledger, 2,000 directives of 200 addressees", ledger),
    "report": ("the leader's report in its four faces, 100,000 and 1,000,000 messages", report),
    "panel": ("the panel beside a million messages and 2,000 cases, real processes", panel),
    "years": ("a million stored messages, real processes", years),
}
LONG: dict[str, tuple[str, Callable[[Path], Figures]]] = {
    "scale": ("the size of a country on one PostgreSQL, real processes", scale),
}
"""Parts that run only if they are named."""
_SHORT = "--short"


def main(names: list[str]) -> None:
    """Run the named parts, or all parts if none is named."""
    parts = PARTS | LONG
    if _SHORT in names:
        names.remove(_SHORT)
        parts = {"scale": (LONG["scale"][0], scale_in_small)}
    if unknown := set(names) - parts.keys():
        sys.exit(f"no such part: {', '.join(unknown)}; there are: {', '.join(parts)}")
    console = Console()
    build = Path("build")
    build.mkdir(exist_ok=True)
    written = build / "bench.json"
    figures: Figures = json.loads(written.read_text()) if names and written.exists() else {}
    table = Table("figure", "measured", "goal", "reached")
    with tempfile.TemporaryDirectory(dir=build) as folder:
        for name in names or PARTS:
            words, measure = parts[name]
            console.print(f"{words} … (load before: {os.getloadavg()[0]:.1f})")
            measured = measure(Path(folder))
            figures |= measured
            reached = goals(measured)
            for figure, value in measured.items():
                goal, held = reached.get(figure, ("-", None))
                shown = "not measured" if value is None else f"{value:,.2f}"
                table.add_row(figure, shown, goal, {None: "", True: "yes", False: "NO"}[held])
    written.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(table)


if sys.argv[1:2] == ["fuzz"]:
    fuzz.main(sys.argv[2:])
elif sys.argv[1:2] == ["wire"]:
    wire.main()
elif sys.argv[1:2] and sys.argv[1] in COMMANDS:
    app()
else:
    main(sys.argv[1:])
