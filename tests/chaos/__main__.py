"""`make chaos`: several seeds on both databases; exit code 0 only if every line of every table holds."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.chaos.plan import make_plan
from tests.chaos.run import Outcome, run
from tests.chaos.stores import Postgresql, Sqlite, Store
from tests.postgresql import NoServerError, serving

SEEDS = (1, 2, 3, 4, 5)
MESSAGES = 50_000
KILLS = 10
TOGETHER = 5
DATABASES = ("sqlite", "postgresql")


class Show:
    """Bars on a terminal, plain lines otherwise."""

    def __init__(self, console: Console, messages: int) -> None:
        self._console = console
        self._messages = messages
        self._lock = Lock()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[what]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While the runs are under way."""
        with self._bars:
            yield

    def tell(self, name: str, said: int, what: str) -> None:
        """How far the run of that name is, and what has just begun in it."""
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, total=self._messages, what="")
            self._bars.update(self._tasks[name], completed=said)
            if what:
                self._bars.update(self._tasks[name], what=what)
        if what and not self._console.is_terminal and not what.startswith("settling"):
            self._console.print(f"{name}: {said} messages, {what}")

    def table(self, name: str, outcome: Outcome) -> None:
        """What a run came to."""
        table = Table("", "wanted", "found", "", title=f"{name}: {outcome.said} messages, {outcome.kills} kills")
        for line in outcome.lines:
            table.add_row(line.what, line.wanted, line.found, "holds" if line.holds else "BROKEN")
        self._console.print(table)
        for line in outcome.lines:
            for detail in () if line.holds else line.details:
                self._console.print(f"  {line.what}: {detail}", markup=False, highlight=False)
        if outcome.not_made:
            self._console.print(f"not made here: {', '.join(outcome.not_made)}")
        self._console.print(f"{outcome.seconds:.0f} s")


def main() -> int:
    """Gives the exit code."""
    asked = _asked()
    console = Console(width=None if sys.stdout.isatty() else 110)
    began = time.monotonic()
    show = Show(console, asked.messages)
    outcomes: list[Outcome] = []
    missing: list[str] = []
    with ExitStack() as files:
        folder = asked.folder or files.enter_context(tempfile.TemporaryDirectory(prefix="chaos-"))
        for database in asked.database:
            try:
                with ExitStack() as stack:
                    server = stack.enter_context(serving()) if database == "postgresql" else None
                    outcomes += _all_seeds(Path(folder) / database, server, asked, show)
            except NoServerError as error:
                missing.append(f"{database}: not run, {error}")
    seconds = time.monotonic() - began
    good = sum(outcome.good for outcome in outcomes)
    said = sum(outcome.said for outcome in outcomes)
    for line in missing:
        console.print(line)
    console.print(f"{good} of {len(outcomes)} runs good, {said:,} messages, {seconds:.0f} s")
    return 0 if outcomes and good == len(outcomes) else 1


def _all_seeds(folder: Path, server: Path | None, asked: argparse.Namespace, show: Show) -> Sequence[Outcome]:
    def one(seed: int) -> Outcome:
        place = folder / str(seed)
        place.mkdir(parents=True)
        store: Store = Sqlite(place / "data") if server is None else Postgresql(server, seed)
        name = f"{store.name}, seed {seed}"
        try:
            plan = make_plan(seed, asked.messages, kills=asked.kills, without=store.cannot)
            return run(place, store, plan, lambda said, what: show.tell(name, said, what))
        finally:
            store.disk.close()

    with show.shown(), ThreadPoolExecutor(asked.together) as pool:
        outcomes = list(pool.map(one, asked.seeds))
    for seed, outcome in zip(asked.seeds, outcomes, strict=True):
        show.table(f"{'SQLite' if server is None else 'PostgreSQL'}, seed {seed}", outcome)
    return outcomes


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--messages", type=int, default=MESSAGES, help="of each run")
    parser.add_argument("--kills", type=int, default=KILLS, help="of each run")
    parser.add_argument("--together", type=int, default=TOGETHER, help="runs at the same time")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--folder", type=Path, help="an empty one, in which logs and databases are kept")
    return parser.parse_args()


sys.exit(main())
