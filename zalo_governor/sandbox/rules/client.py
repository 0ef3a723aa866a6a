"""Judges events in a child process, restarts it when it is lost, and judges in this process if it cannot be started."""

import sys
import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path
from time import monotonic

import structlog

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.rules.base import RuleContext
from zalo_governor.rules.engine import CLEAN, Engine
from zalo_governor.sandbox.rules.circuit_breaker import CircuitBreaker
from zalo_governor.sandbox.rules.protocol import Question
from zalo_governor.sandbox.rules.worker import LostError, RuleWorker

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 20.0
_RETRY_FIRST, _RETRY_LONGEST = 1.0, 60.0


class _Loading(Enum):
    """Result of loading the rules in a newly started rules process."""

    DONE = auto()
    WRONG = auto()
    """The rule files contain an error."""
    LOST = auto()
    """The rules process ended or did not respond."""


def command(rules_dir: Path) -> list[str]:
    """Return the command line that starts a rules process, which loads the rules from `rules_dir`."""
    return [sys.executable, "-m", "zalo_governor.sandbox.rules", str(rules_dir)]


class RuleWorkerClient:
    """Client of the rules process, a child process that judges events; implements `pipeline.ports.Rules`.

    Only one thread may call `ask`; other threads may call `reload`, `leave` and, at the end, `close`. The process ends
    with the thread that started it, so the thread that calls `start` must live as long as the program.

    A rule that hangs, or that crashes the process twice, on an event is skipped for that event, which counts as a
    failure of the rule like any other. Where no process can be started, the rules are evaluated in this process.

    Args:
        command: command line of the rules process.
        here: returns the engine that evaluates the same rules in this process.
        on_lost: called in the asking thread whenever the process was lost, as a sign that the thread still works.
        patience: seconds that one rule may spend on one event.
        seconds: a monotonic clock.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        here: Callable[[], Engine],
        on_lost: Callable[[], object],
        patience: float = _PATIENCE_SECONDS,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._command = command
        self._here = here
        self._on_lost = on_lost
        self._patience = patience
        self._seconds = seconds
        self._faults = CircuitBreaker(seconds)
        self._child: RuleWorker | None = None
        self._is_loaded = False
        self._leaving = threading.Event()
        self._reload_requested = threading.Event()
        self._retry_at = 0.0
        self._retry_after = _RETRY_FIRST

    def start(self) -> None:
        """Start the rules process, without waiting until it has loaded the rules; if that fails, retry later."""
        self._child = self._start_worker()
        if self._child is None:
            self._schedule_retry()

    def reload(self) -> None:
        """Have the rule files read again for later questions; if they contain an error, the old rules stay in use."""
        self._reload_requested.set()

    def leave(self) -> None:
        """Announce that the program is shutting down: from now on, an answer is awaited for one second at most.

        If the answer does not come in that time, ProgramEndsError is raised where it is awaited.
        """
        self._leaving.set()

    def close(self) -> None:
        """Kill the rules process, if it runs."""
        if self._child:
            self._child.close()
            self._child = None

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> list[Verdict]:
        """Have the rules process judge events; return their verdicts in the order of `cases`.

        Whenever the process is lost, it is restarted and asked again; if it cannot be started, this process judges.
        """
        if not cases:
            return []
        barred: dict[int, dict[str, str]] = {}
        lost_at: list[tuple[int, int] | None] = []
        while child := self._ready_worker():
            try:
                verdicts = child.ask(Question(cases, barred, self._faults.suspended())).verdicts
            except LostError as lost:
                self._handle_loss(lost, child, cases, barred, again=lost.at in lost_at)
                lost_at.append(lost.at)
                self._on_lost()
            else:
                return [verdicts.get(place, CLEAN) for place in range(len(cases))]
        return self._judge_here(Question(cases, barred, self._faults.suspended()))

    def _handle_loss(
        self,
        lost: LostError,
        child: RuleWorker,
        cases: Sequence[tuple[EventBase, RuleContext]],
        barred: dict[int, dict[str, str]],
        *,
        again: bool,
    ) -> None:
        """Clean up after the rules process was lost, and add the rule that caused the loss to `barred` for its event.

        A rule is the cause if it hung, or if the process crashed in it `again`: an earlier process was lost at the same
        event and rule.
        """
        rule_id = child.rule_id(lost.at[1]) if lost.at else None
        entry = cases[lost.at[0]][0].id if lost.at else None
        log.error("rules_process_lost", why="-".join(lost.why.split()), rule=rule_id, entry=entry)
        self.close()
        if lost.at and rule_id and (lost.hung or again):
            self._faults.note(rule_id)
            barred.setdefault(lost.at[0], {})[rule_id] = lost.why
        elif again:
            self._schedule_retry()

    def _judge_here(self, question: Question) -> list[Verdict]:
        engine = self._here()
        return [
            engine.judge(event, context, out={**question.suspended, **question.barred.get(place, {})})
            for place, (event, context) in enumerate(question.cases)
        ]

    def _ready_worker(self) -> RuleWorker | None:
        """Return the rules process, started and with the current rules loaded; None while it cannot be started."""
        if self._reload_requested.is_set():
            self._reload_requested.clear()
            self._replace_worker()
        if self._child is None and self._seconds() >= self._retry_at:
            self._child, self._is_loaded = self._start_worker(), False
            if self._child is None:
                self._schedule_retry()
        if self._child and not self._is_loaded:
            if self._load(self._child) is _Loading.DONE:
                self._is_loaded, self._retry_after = True, _RETRY_FIRST
            else:
                self.close()
                self._schedule_retry()
        return self._child

    def _replace_worker(self) -> None:
        """Replace the rules process by a new one that has loaded the changed rule files.

        If the files contain an error, the old process stays. If no new process can be started, the old one is killed
        all the same: nobody is to be judged by rules that are no longer in force.
        """
        if self._child is None:
            return
        new = self._start_worker()
        loading = self._load(new) if new else _Loading.LOST
        if new and loading is _Loading.DONE:
            self._child.close()
            self._child, self._is_loaded = new, True
            return
        if new:
            new.close()
        if loading is _Loading.LOST:
            self.close()
            self._schedule_retry()

    def _start_worker(self) -> RuleWorker | None:
        try:
            child = RuleWorker(self._command, patience=self._patience, leaving=self._leaving.is_set)
        except OSError as error:
            log.error("rules_process_not_started", error=type(error).__name__)
            return None
        return child

    def _load(self, child: RuleWorker) -> "_Loading":
        try:
            reason, loading = child.load(), _Loading.WRONG
        except LostError as lost:
            reason, loading = lost.why, _Loading.LOST
        if reason:
            log.error("rules_process_not_loaded", reason=reason)
            return loading
        log.info("rules_process_ready", pid=child.pid)
        return _Loading.DONE

    def _schedule_retry(self) -> None:
        log.warning("rules_asked_here", seconds=self._retry_after)
        self._retry_at = self._seconds() + self._retry_after
        self._retry_after = min(self._retry_after * 2, _RETRY_LONGEST)
