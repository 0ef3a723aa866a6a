"""The rules, asked in a process of their own, whatever becomes of that process."""

import sys
import threading
from collections import deque
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
    """How the loading of a rulebook ended."""

    DONE = auto()
    WRONG = auto()
    """The files are."""
    LOST = auto()
    """The process was."""


def command(rules_dir: Path) -> list[str]:
    """How the process is called."""
    return [sys.executable, "-m", "zalo_governor.sandbox.rules", str(rules_dir)]


class RuleWorkerClient:
    """Fits pipeline.ports.Rules. One thread asks; the others may call `reload`, `leave` and, at the end, `close`.

    The process ends with the thread that began it, so who calls `start` must live as long as the program.

    A rule that hangs, or that crashes the process twice, is not asked about that event again, which counts as a
    failure of the rule like any other. Where no process can be had, the rules are asked in this one.

    Args:
        command: how the process is called.
        here: the same rules in this process.
        on_lost: called whenever the process was lost, by who asks: it works, though nothing was finished.
        patience: seconds that one rule may think about one event.
        seconds: a clock that only goes forward.
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
        self._stale = threading.Event()
        self._asked: deque[Question] = deque()
        self._retry_at = 0.0
        self._retry_after = _RETRY_FIRST

    def start(self) -> None:
        """Begin to load the rulebook; nobody waits for it yet."""
        self._child = self._begun()
        if self._child is None:
            self._later()

    def reload(self) -> None:
        """The files have changed: what is asked from now on is judged by them, or as before where they are wrong."""
        self._stale.set()

    def leave(self) -> None:
        """The program is to end: who waits for an answer waits for a second more."""
        self._leaving.set()

    def close(self) -> None:
        """End the process."""
        if self._child:
            self._child.close()
            self._child = None

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> Callable[[], list[Verdict]]:
        """See the port."""
        if not cases:
            return list
        child = self._ready()
        question = Question(cases, {}, self._faults.suspended())
        if child:
            child.ask(question)
        self._asked.append(question)
        return self._answer

    def _answer(self) -> list[Verdict]:
        """To the first of the questions."""
        lost_at: list[tuple[int, int] | None] = []
        while self._child:
            try:
                verdicts = self._child.answer().verdicts
            except LostError as lost:
                self._explain(lost, self._child, again=lost.at in lost_at)
                lost_at.append(lost.at)
                self._on_lost()
                self._ready()
            else:
                return [verdicts.get(place, CLEAN) for place in range(len(self._asked.popleft().cases))]
        return self._answered_here(self._asked.popleft())

    def _explain(self, lost: LostError, child: RuleWorker, *, again: bool) -> None:
        """What the loss of the process means for the first of the questions."""
        first = self._asked[0]
        rule_id = child.rule_id(lost.at[1]) if lost.at else None
        entry = first.cases[lost.at[0]][0].id if lost.at else None
        log.error("rules_process_lost", why="-".join(lost.why.split()), rule=rule_id, entry=entry)
        self.close()
        if lost.at and rule_id and (lost.hung or again):
            self._faults.note(rule_id)
            place, _ = lost.at
            barred = {**first.barred, place: {**first.barred.get(place, {}), rule_id: lost.why}}
            self._asked[0] = first._replace(barred=barred)
        elif again:
            self._later()

    def _ask_anew(self, child: RuleWorker) -> None:
        """What was asked of the process before it."""
        suspended = self._faults.suspended()
        self._asked = deque(question._replace(suspended=suspended) for question in self._asked)
        for question in self._asked:
            child.ask(question)

    def _answered_here(self, question: Question) -> list[Verdict]:
        engine = self._here()
        if not question.suspended and not question.barred:
            return [engine.judge(event, context) for event, context in question.cases]
        return [
            engine.judge(event, context, out={**question.suspended, **question.barred.get(place, {})})
            for place, (event, context) in enumerate(question.cases)
        ]

    def _ready(self) -> RuleWorker | None:
        """The process with the rulebook as it is to be; None where there is none for now."""
        if self._stale.is_set():
            self._stale.clear()
            self._renew()
        if self._child is None and self._seconds() >= self._retry_at:
            self._child, self._is_loaded = self._begun(), False
            if self._child is None:
                self._later()
        if self._child and not self._is_loaded:
            if self._loading(self._child) is _Loading.DONE:
                self._is_loaded, self._retry_after = True, _RETRY_FIRST
                self._ask_anew(self._child)
            else:
                self.close()
                self._later()
        return self._child

    def _renew(self) -> None:
        """Where the files are wrong, the process with the rulebook as it was stays. Where no other one can be had it
        goes all the same: nobody is to be judged by rules that count no more."""
        if self._child is None:
            return
        new = self._begun()
        loading = self._loading(new) if new else _Loading.LOST
        if new and loading is _Loading.DONE:
            self._child.close()
            self._child, self._is_loaded = new, True
            self._ask_anew(new)
            return
        if new:
            new.close()
        if loading is _Loading.LOST:
            self.close()
            self._later()

    def _begun(self) -> RuleWorker | None:
        try:
            child = RuleWorker(self._command, patience=self._patience, leaving=self._leaving.is_set)
        except OSError as error:
            log.error("rules_process_not_started", error=type(error).__name__)
            return None
        return child

    def _loading(self, child: RuleWorker) -> "_Loading":
        try:
            reason, loading = child.load(), _Loading.WRONG
        except LostError as lost:
            reason, loading = lost.why, _Loading.LOST
        if reason:
            log.error("rules_process_not_loaded", reason=reason)
            return loading
        log.info("rules_process_ready", pid=child.pid)
        return _Loading.DONE

    def _later(self) -> None:
        log.warning("rules_asked_here", seconds=self._retry_after)
        self._retry_at = self._seconds() + self._retry_after
        self._retry_after = min(self._retry_after * 2, _RETRY_LONGEST)
