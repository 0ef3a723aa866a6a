"""Benchmark of the size of a country: many groups, many offices and millions of rows on one PostgreSQL server.

Each step has a number of groups, of offices with a running bot, and of rows stored on the server. In all, messages of a
morning's peak are said at the same pace, so that steps can be compared; in one, its office hears only a part of them.
"""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import NamedTuple

from rich.console import Console

from tests.bench.country import WEEKS, Group, fill, groups_of, morning
from tests.bench.figures import Figures
from tests.bench.offices import (
    DATABASE,
    Office,
    cpu_seconds,
    descendants,
    memory_mb,
    new_office,
    play_together,
    shared_scan_worker,
)
from tests.postgresql import order, serving
from zalo_governor.cli.demo.processes import Program
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.security.crypto import Keys

MILLION = 1_000_000
PROVINCES = 34
PER_SECOND = 20
"""Messages per second on the whole machine: twice what a morning's peak brings in 1,000 groups."""
MESSAGES = 2_000
_FEW = 100
# As long idle as half of the messages take: what a bot does every minute is no part of what a message costs.
_MESSAGES_PER_IDLE_SECOND, _MESSAGES_PER_SECOND_OF_SETTLING = 40, 33
_LOOK_SECONDS, _LITTLE = 3.0, 0.03
_ASKED = 5
_RULES_PROCESSES = 8
_AT_ONCE, _TOLD = 2, 5
_NEVER = timedelta(days=3650)
_MONTH = timedelta(weeks=WEEKS) / 12
# What an administrator sets on a server for this: a quarter of 4 GB, and no checkpoints within seconds.
_SERVER = ("shared_buffers=1GB", "max_wal_size=8GB", "jit=off", "max_connections=500")


class Step(NamedTuple):
    """What is on the server in one step."""

    name: str
    groups: int
    offices: int
    """Number of offices, each with a running bot, among which the groups and the rows are divided."""
    rows: int
    share: int = 1
    """If more than 1: what runs hears only one of so many parts of the messages, as one of so many offices does."""
    times: int = 1
    """How many times as many messages as in other steps, at the same pace; a share alone would have too few files."""

    @property
    def has_shared_scans(self) -> bool:
        """Return whether a scan worker reads the files of all offices, as where several share a machine."""
        return max(self.offices, self.share) > 1


STEPS = (
    Step("1", 1, 1, MILLION),
    Step("10", 10, 1, MILLION),
    Step("10_slow", 10, 1, MILLION, share=PROVINCES, times=3),
    Step("100", 100, 1, MILLION),
    Step("100_10m", 100, 1, 10 * MILLION),
    Step("1000_10m", 1_000, PROVINCES, 10 * MILLION, times=3),
)
_LARGEST = "1000_10m"
_COMPARED = {"10": ("cpu_seconds", "growth_mb"), "10_slow": ("text_cpu_seconds", "growth_mb")}
"""Step -> the costs of 1,000 messages that are compared with those of the largest step.

An office that hears little does for one message what else is done for several at once, and starts the process that
reads files for each file: so what offices cost each other is seen beside one that hears as little as each of them.
"""
SHORT = Step("2", 2, 1, 5_000)
_console = Console(stderr=True)


def scale(folder: Path) -> Figures:
    """Return for each step what 1,000 messages and an office cost, how long people wait, and how far the bot lags."""
    figures = _rules_processes() | _steps(folder, STEPS, MESSAGES)
    for step, names in _COMPARED.items():
        for name in names:
            cost = figures[f"scale_{step}_{name}"] or 1
            figures[f"scale_{name}_at_largest_to_{step}"] = (figures[f"scale_{_LARGEST}_{name}"] or 0) / cost
    return figures


def scale_in_small(folder: Path) -> Figures:
    """Return the figures of one small step."""
    return _steps(folder, [SHORT], _FEW)


def _steps(folder: Path, steps: Sequence[Step], messages: int) -> Figures:
    figures: Figures = {}
    for step in steps:
        place = folder / f"scale-{step.name}"
        place.mkdir()
        with serving(*_SERVER) as server:
            order(server, f"CREATE DATABASE {DATABASE}")
            measured = _step(step, place, server, messages * step.times)
        _console.print_json(data=measured)  # What a later step breaks does not take it along.
        figures |= measured
    return figures


def _step(step: Step, place: Path, server: Path, messages: int) -> Figures:
    figures: Figures = {"rows": step.rows}
    groups = groups_of(step.groups)
    shares = [groups[number :: step.offices] for number in range(step.offices)]
    with ExitStack() as stack:
        offices, urls = list[Office](), list[str]()
        for number, share in enumerate(shares):
            urls.append(new_office(server, f"office_{number}"))
            offices.append(Office(place / f"office-{number}", urls[-1], share, scans=not step.has_shared_scans))
            stack.callback(offices[-1].close)
        _tell(step, "first starts, in which the bots read the members of their groups")
        _start(offices)
        for office in offices:
            assert office.rig.stop_bot() == 0
        began = time.monotonic()
        _fill(step, urls, shares)
        figures["fill_seconds"] = time.monotonic() - began
        scanner = shared_scan_worker(place) if step.has_shared_scans else None
        if scanner is not None:
            stack.callback(scanner.stop)
        figures["start_seconds"] = offices[0].start()
        _start(offices[1:])
        figures |= _running(step, offices, server, scanner, messages)
        _tell(step, "a month's retention")
        figures |= _retention(urls[0])
        figures["judged_beside_retention_ms_p99"] = _lag_beside_retention(offices[0], messages // 5)
    return {f"scale_{step.name}_{name}": value for name, value in figures.items()}


def _start(offices: Sequence[Office]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(Office.start, offices))


def _fill(step: Step, urls: Sequence[str], shares: Sequence[Sequence[Group]]) -> None:
    """Store the rows, two offices at a time."""
    weeks = iter(range(1, step.offices * WEEKS + 1))

    def tell() -> None:
        week = next(weeks)
        if week * _TOLD % (step.offices * WEEKS) < _TOLD:
            _tell(step, f"{week / (step.offices * WEEKS):.0%} of the rows are stored")

    def store(url: str, groups: Sequence[Group]) -> None:
        # Groups that were followed before have rows, too: those of an office with one group are not all its own.
        former = [Group(f"{group.id}0", group.number, group.members) for group in groups_of(10)[1:]]
        fill(url, [*groups, *former] if len(groups) == 1 else groups, step.rows // step.offices, tell)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(store, urls, shares))


def _running(step: Step, offices: Sequence[Office], server: Path, scanner: Program | None, messages: int) -> Figures:
    """Measure while the bots of these offices run, and the scan worker that several of them share."""
    figures: Figures = {}
    _settle(offices, server, messages)
    _tell(step, f"{len(offices)} running: idle")
    before = cpu_seconds(offices, server, scanner)
    rest = messages / _MESSAGES_PER_IDLE_SECOND
    time.sleep(rest)
    idle: dict[str, float] = defaultdict(float)
    for name, spent in cpu_seconds(offices, server, scanner).items():
        idle[name] = (spent - before[name]) / rest
    figures |= {f"idle_cpu_ms_{name}": 1000 * used / len(offices) for name, used in idle.items()}
    if scanner is not None:
        idle["scan"] = 0.0  # While it reads a file for one office, it does not look for files of the others.
    figures["bot_idle_rss_mb"] = max(memory_mb(office.processes()["bot"])["rss"] for office in offices)
    watched = offices[0].groups[0]
    for name, member, command in (("report", 0, "/baocao tuần"), ("cases", 1, "/vipham")):
        figures[f"{name}_seconds"] = median(
            offices[0].answer_seconds(watched.uid(member), command) for _ in range(_ASKED)
        )
    for office in offices:
        office.warm_up()
    _settle(offices, server, messages)  # The report follows as a file, too.
    each = messages // max(len(offices), step.share)
    plans = [morning(office.groups, each) for office in offices]
    since, sizes = [office.newest() for office in offices], [office.bytes() for office in offices]
    _tell(step, f"{len(offices)} running: {each * len(offices):,} messages")
    before, began = cpu_seconds(offices, server, scanner), time.monotonic()
    play_together(offices, plans, messages / PER_SECOND)
    for office, first, plan in zip(offices, since, plans, strict=True):
        office.wait_until_done(first, each, sum(not one.text for one in plan))
    seconds = time.monotonic() - began
    now = cpu_seconds(offices, server, scanner)
    used = {name: used - before[name] - idle[name] * seconds for name, used in now.items()}
    thousands = each * len(offices) / 1000
    figures |= {f"cpu_seconds_{name}": spent / thousands for name, spent in used.items()}
    total = sum(used.values())
    figures |= {"cpu_seconds": total / thousands, "text_cpu_seconds": (total - used["scan"]) / thousands}
    grown = sum(office.bytes() - size for office, size in zip(offices, sizes, strict=True))
    figures["growth_mb"] = grown / thousands / 1e6
    lags = [office.lags_ms(first) for office, first in zip(offices, since, strict=True)]
    for name, chosen in (("stored", 0), ("judged", 1)):
        cuts = quantiles([lag for each_lags in lags for lag in each_lags[chosen]], n=100)
        figures |= {f"{name}_ms_p50": cuts[49], f"{name}_ms_p99": cuts[98]}
    by_name = [office.processes() for office in offices]
    for name in by_name[0]:
        memory = [memory_mb(processes.get(name, [])) for processes in by_name]
        for kind in ("private",) if name == "backends" else ("rss", "pss"):
            figures[f"{name}_{kind}_mb"] = sum(one[kind] for one in memory) / len(offices)
    if scanner is not None:
        figures["scan_pss_mb"] = memory_mb([scanner.pid, *descendants(scanner.pid)])["pss"] / len(offices)
    return figures


def _settle(offices: Sequence[Office], server: Path, messages: int) -> None:
    """Wait until what follows a start is done: they use little, or a minute has passed (for 2,000 messages)."""
    until = time.monotonic() + messages / _MESSAGES_PER_SECOND_OF_SETTLING
    while time.monotonic() < until:
        before = sum(cpu_seconds(offices, server).values())
        time.sleep(_LOOK_SECONDS)
        if sum(cpu_seconds(offices, server).values()) - before < _LITTLE * _LOOK_SECONDS * (1 + len(offices)):
            return


def _lag_beside_retention(office: Office, messages: int) -> float:
    """Return the 99th percentile of the ms until a message is judged, while contents of another month are removed."""
    since, plan, played = office.newest(), morning(office.groups, messages), Event()
    removing = Thread(target=_remove, args=(office.url, "bodies", 2 * _MONTH, played.is_set))
    removing.start()
    office.play(plan, messages / PER_SECOND)
    played.set()
    removing.join()
    office.wait_until_done(since, messages, 0)
    _, judged = office.lags_ms(since)
    return quantiles(judged, n=100)[98]


def _retention(url: str) -> Figures:
    """Measure the removal of the oldest month of contents, of dead letters, and of the names of senders."""
    figures: Figures = {}
    total = 0.0
    for kind in ("bodies", "dead_letters", "people"):
        began = time.monotonic()
        figures[f"retention_rows_{kind}"] = _remove(url, kind, _MONTH, lambda: False)
        figures[f"retention_seconds_{kind}"] = seconds = time.monotonic() - began
        total += seconds
    return {"retention_seconds": total, **figures}


def _remove(url: str, kind: str, oldest: timedelta, stopped: Callable[[], bool]) -> int:
    """Remove what is stored of one kind from the oldest weeks; return how many there were."""
    terms = Terms(*[_NEVER] * len(Terms._fields))._replace(**{kind: timedelta(weeks=WEEKS) - oldest})
    database = Database(url, Keys(b"k" * 32), system_clock)
    try:
        removed: int = getattr(sweep(database, terms, system_clock(), stopped), kind)
    finally:
        database.close()
    return removed


def _tell(step: Step, what: str) -> None:
    _console.print(f"  {step.groups:,} groups, {step.rows / MILLION:g} million rows: {what}", highlight=False)


def _rules_processes() -> Figures:
    """Return the MB for each of eight rules processes, each started for itself, and forked from one."""
    figures: Figures = {}
    for name, options in (("apart", []), ("forked", ["--fork"])):
        command = [sys.executable, "-m", "tests.bench.forked", str(_RULES_PROCESSES), *options]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as made:
            assert made.stdout is not None
            assert made.stdin is not None
            memory = memory_mb([int(pid) for pid in made.stdout.readline().split()])
            made.stdin.close()
        figures |= {f"rules_{name}_{kind}_mb": memory[kind] / _RULES_PROCESSES for kind in ("rss", "pss")}
    return figures
