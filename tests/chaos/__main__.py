"""`make chaos`: several seeds on both databases; exit code 0 only if every line of every table holds."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.chaos.plan import make_plan
from tests.chaos.run import Outcome, run
from tests.chaos.stores import Postgresql, Server, Sqlite, Store
from tests.postgresql import NoServerError, serving

SEEDS = (1, 2, 3, 4, 5)
MESSAGES = 10_000
KILLS = 10
TOGETHER = 10
"""Most of their time runs wait for timeouts and for Zalo's pace, so that two cores bear all ten."""
WITHIN = 540.0
DATABASES = ("sqlite", "postgresql")
_told_to_stop = Event()


class Show:
    """Bars on a terminal, plain lines otherwise."""

    def __init__(self, console: Console, messages: int) -> None:
        self._console = console
        self._messages = messages
        self._lock = Lock()
        self._began = time.monotonic()
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
            self._console.print(f"{time.monotonic() - self._began:4.0f} s  {name}: {said} messages, {what}")

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
    missing: list[str] = []
    folder: Path = asked.folder or Path("build", time.strftime("chaos-%Y%m%d-%H%M%S")).absolute()
    with ExitStack() as stack:
        # Closed after the server has stopped: until then it may write to any of their disks.
        stores = stack.enter_context(ExitStack())
        makers: dict[str, Callable[[Path, int], Store]] = {}
        if "sqlite" in asked.database:
            makers["SQLite"] = lambda place, _: Sqlite(place / "data")
        if "postgresql" in asked.database:
            try:
                server = stack.enter_context(serving("fsync=off"))
            except NoServerError as error:
                missing.append(f"PostgreSQL: not run, {error}")
            else:
                offices = Server(server)
                makers["PostgreSQL"] = lambda _, seed: Postgresql(offices, seed)
        runs = _Runs(folder, stores, asked, Show(console, asked.messages), began + asked.within)
        outcomes = runs.all(makers)
    for line in missing:
        console.print(line)
    good = sum(outcome.good for outcome in outcomes)
    said = sum(outcome.said for outcome in outcomes)
    console.print(f"{good} of {len(outcomes)} runs good, {said:,} messages, {time.monotonic() - began:.0f} s")
    if outcomes and good == len(outcomes):
        if not asked.folder:
            shutil.rmtree(folder)
        return 0
    console.print(f"logs and databases of the runs: {folder}", soft_wrap=True)
    return 1


class _Runs:
    """Carries out all runs that were asked for."""

    def __init__(self, folder: Path, stores: ExitStack, asked: argparse.Namespace, show: Show, until: float) -> None:
        self._folder, self._stores, self._asked, self._show, self._until = folder, stores, asked, show, until

    def all(self, makers: Mapping[str, Callable[[Path, int], Store]]) -> list[Outcome]:
        """Every seed on every database, as many at the same time as was asked for; shows the table of each."""
        with self._show.shown(), ThreadPoolExecutor(self._asked.together) as pool:
            runs = {
                f"{name}, seed {seed}": pool.submit(self._one, f"{name}, seed {seed}", seed, make)
                for seed in self._asked.seeds
                for name, make in makers.items()
            }
        for name, future in runs.items():
            if not future.exception():
                self._show.table(name, future.result())
        return [future.result() for future in runs.values()]

    def _one(self, name: str, seed: int, make: Callable[[Path, int], Store]) -> Outcome:
        place = self._folder / name.replace(", seed ", "-")
        place.mkdir(parents=True)
        store = make(place, seed)
        self._stores.callback(store.close)
        plan = make_plan(seed, self._asked.messages, kills=self._asked.kills, without=store.cannot)
        outcome = run(place, store, plan, partial(self._show.tell, name), self._over)
        if not outcome.good:
            store.keep(place)
        return outcome

    def _over(self) -> bool:
        return _told_to_stop.is_set() or time.monotonic() > self._until


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--messages", type=int, default=MESSAGES, help="of each run")
    parser.add_argument("--kills", type=int, default=KILLS, help="of each run")
    parser.add_argument("--together", type=int, default=TOGETHER, help="runs at the same time")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--within", type=float, default=WITHIN, help="seconds after which runs are broken off")
    parser.add_argument(
        "--folder",
        type=Path,
        help="an empty one, in which logs and databases are kept; without it, a new one in build/, kept if a run fails",
    )
    return parser.parse_args()


for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, lambda *_: _told_to_stop.set())
sys.exit(main())
