"""One run: people talk, things go wrong, the bot is killed; at the end everything must have come right."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.chaos.faults import making
from tests.chaos.plan import GROUPS, Act, Plan
from tests.chaos.scene import NotInTimeError, Scene
from tests.chaos.selects import (
    CASES,
    COUNTED_ANSWERS,
    DEAD,
    DECLARED,
    GOING_ON,
    REGISTERED,
    STORED,
    TOLD_NAMES,
    UNJUDGED,
    UNSENT,
    UNSUMMED,
)
from tests.chaos.stores import Store
from tests.chaos.table import CaseRow, Evidence, Line, Stored, judged
from tests.chaos.traffic import SECRET_WORDS, Traffic
from tests.crash.traces import traces
from tests.rig import ADMIN

_BURST = 200
"""Messages said at once while all is calm."""
_AHEAD = 300
"""Messages that may be under way before people wait: what a kill loses must be within backfill's reach."""
_TRICKLE = 15
"""Messages said at once while something is wrong, at most: half of all messages are left for it."""
_TRICKLE_SECONDS = 0.15
_AFTERMATH_SECONDS = 3.0
"""How long it takes until all is well again, roughly."""
_FIRST_STRANGER = 7_350_000_000_000_000_000
_WRONG_NAME = "Bé Na"
_SETTLE_SECONDS = 300.0
"""Long, as ten runs on two cores give each a fifth of one."""
_HANDLED = frozenset(
    {
        "intake_waits",
        "judge_waits",
        "outbox_waits",
        "recovery_waits",
        "due_work_waits",
        "duty_waits",
        "alert_unheard",
        "frame_lost",
        "backfill_interrupted",
        "backfill_failed",
        "sweep_failed",
        "not_summed_up",
        "login_failed",
        "session_dead",
        "credentials_not_kept",
        "wal_not_truncated",
        "blind",
        "rules_process_lost",
        "rules_process_not_loaded",
        "rules_process_not_started",
        "queue_cursors_not_loaded",
        "queue_cursor_not_kept",
    }
)
"""Errors in the log that say how they are dealt with; any other one is unhandled."""
_REFUSED_TO_START = "cơ sở dữ liệu đang không dùng được"
"""The last words of a bot that finds no database; where the database was there, its exit is one that is not clean."""


class Outcome(NamedTuple):
    """What a run came to."""

    lines: Sequence[Line]
    said: int
    kills: int
    seconds: float
    not_made: Sequence[str]
    """Faults that could not be made on this machine or with this database."""

    @property
    def good(self) -> bool:
        """Whether every line holds."""
        return all(line.holds for line in self.lines)


def run(
    folder: Path, store: Store, plan: Plan, tell: Callable[[int, str], None], over: Callable[[], bool] = lambda: False
) -> Outcome:
    """Carry out a plan; `tell` gets how many messages have been said, and what goes on.

    A run that is not through when it is `over` is broken off, and that breaks the last line of its table.
    """
    began = time.time()
    traffic = Traffic(random.Random(plan.seed), plan.messages)  # noqa: S311 - words, not secrets
    scene = Scene(folder, store, plan, traffic, over)
    try:
        day = _Day(scene, plan, tell)
        try:
            day.pass_by()
        except NotInTimeError as error:
            unsettled = Counter({f"the run: {error}": 1})
        else:
            unsettled = _settled(scene, day.misnamed, lambda what: tell(len(traffic.said), what))
        scene.stop_bot()
        evidence = _evidence(scene, day.misnamed, unsettled, began)
    finally:
        scene.close()
    not_made = sorted(fault.value for fault in store.cannot)
    return Outcome(judged(evidence), len(traffic.said), scene.kills, time.time() - began, not_made)


class _Day:
    """The course of a run up to the last message."""

    def __init__(self, scene: Scene, plan: Plan, tell: Callable[[int, str], None]) -> None:
        self._scene, self._tell = scene, tell
        self._messages = plan.messages
        self._acts = list(plan.acts)
        self._kills = list(plan.kills)
        self._chance = random.Random(plan.seed + 1)  # noqa: S311 - moments
        talked = sum(act.seconds for act in plan.acts) + _AFTERMATH_SECONDS * (len(plan.acts) + len(plan.kills))
        self._trickle = max(1, min(_TRICKLE, round(plan.messages / 2 / talked * _TRICKLE_SECONDS)))
        self.misnamed: Counter[str] = Counter()
        """Who came into the groups under a wrong name without a word on the wire."""

    def pass_by(self) -> None:
        """Let it all happen.

        Raises:
            NotInTimeError: the bot did not come back.
        """
        scene = self._scene
        scene.calm_down()
        while len(scene.traffic.said) < self._messages or self._acts or self._kills:
            said = scene.traffic.said
            if self._acts and len(said) >= self._acts[0].after:
                self._carry_out(self._acts.pop(0))
            elif self._kills and len(said) >= self._kills[0]:
                self._kills.pop(0)
                self._tell(len(said), "kill -9")
                self._kill()
            self._talk(calm=scene.calm())
            scene.must_go_on()

    def _carry_out(self, act: Act) -> None:
        self._tell(len(self._scene.traffic.said), act.fault.value)
        with ExitStack() as stack:
            # A fault of the database needs a bot that has begun: without it the bot rightly refuses to start.
            self._scene.until(lambda: self._scene.state("sockets") == 1, "the bot listens", 120)
            stack.enter_context(making(act.fault, self._scene))
            began = time.monotonic()
            if act.kill_after is not None:
                self._talk_until(began + act.kill_after)
                self._kill()
            self._talk_until(began + act.seconds)

    def _talk_until(self, end: float) -> None:
        while time.monotonic() < end:
            self._talk(calm=False)

    def _kill(self) -> None:
        self._let_in()
        self._scene.kill_bot()

    def _talk(self, *, calm: bool) -> None:
        """People say something, fewer of them while something is wrong."""
        scene, left = self._scene, self._messages - len(self._scene.traffic.said)
        count = min(_BURST if calm else self._trickle, left)
        if count > 0:
            scene.zalo("push", frames=scene.traffic.frames(count))
            self._tell(len(scene.traffic.said), "")
        if not calm or left <= 0 or scene.missing() > _AHEAD:
            time.sleep(_TRICKLE_SECONDS)
        scene.watch_bot()

    def _let_in(self) -> None:
        """Somebody under a wrong name comes into a group, and the wire does not tell: only a look at the group does."""
        uid, group = str(_FIRST_STRANGER + self.misnamed.total()), self._chance.choice(GROUPS)
        self.misnamed[uid] += 1
        self._scene.members[group].append(uid)
        self._scene.zalo(
            "world",
            people=[{"uid": uid, "name": _WRONG_NAME, "zalo_name": _WRONG_NAME}],
            groups=[{"id": group, "members": self._scene.members[group]}],
        )


def _settled(scene: Scene, misnamed: Counter[str], tell: Callable[[str], None]) -> Counter[str]:
    """Wait until the bot is through with everything; gives what it is not through with in the end."""
    left: Counter[str] = Counter()

    def done() -> bool:
        left.clear()
        left["messages not stored"] = scene.missing()
        left["entries not judged"] = scene.number(UNJUDGED)
        left["messages not sent"] = scene.number(UNSENT)
        left["gaps that go on"] = scene.number(GOING_ON)
        left["late cases not summed up"] = scene.number(UNSUMMED)
        left["wrong names not found and told"] = misnamed.total() - scene.number(TOLD_NAMES)
        tell(f"settling: {sum(map(abs, left.values()))} left")
        return not any(left.values())

    try:
        scene.until(done, "everything is done", _SETTLE_SECONDS)
    except NotInTimeError:
        left["dead letters"] = scene.number(DEAD)
        return left
    return Counter({"dead letters": scene.number(DEAD)})


def _evidence(scene: Scene, misnamed: Counter[str], unsettled: Counter[str], began: float) -> Evidence:
    rows = scene.store.rows
    sent = [(message["thread"], message["text"]) for message in scene.state("sent")]
    right = _RightTime(scene.clock_errors, began)
    return Evidence(
        said=scene.traffic.said,
        stored=[
            Stored(group, key, state, at_ms, None if judged_ms is None else right.of(judged_ms), bool(late))
            for group, key, state, at_ms, judged_ms, late in rows(STORED)
        ],
        cases=[
            CaseRow(f"VP{number}", uid, count, bool(late), source == "sweep", urgent=bool(sealed))
            for number, uid, count, late, source, sealed in rows(CASES)
        ],
        misnamed=misnamed,
        desk=[text for thread, text in sent if thread == ADMIN],
        sent=sent,
        kills=scene.kills,
        kills_in_a_send=scene.kills_in_a_send,
        made=scene.made,
        declared=Counter(dict(rows(DECLARED))),
        unsettled=unsettled,
        orders=scene.traffic.orders,
        registered=Counter(dict(rows(REGISTERED))),
        answers=Counter(dict(rows(COUNTED_ANSWERS))),
        traces=traces(SECRET_WORDS, [*scene.store.files(), *scene.folder.glob("*.log")]),
        unhandled=[found for log in scene.logs for found in unhandled(log.name, log.read_text().splitlines())],
        bad_exits=scene.bad_exits,
        broken_audit=scene.broken_audit(),
    )


def unhandled(name: str, lines: Sequence[str]) -> list[str]:
    """The lines of a log that tell of an error nobody dealt with; a line that is no JSON is one."""
    found = []
    for line in lines:
        if line.startswith(_REFUSED_TO_START):
            continue
        try:
            entry = json.loads(line)
            bad = entry["level"] in {"error", "critical"} and entry["event"] not in _HANDLED
        except (ValueError, TypeError, KeyError):
            bad = True
        if bad:
            found.append(f"{name}: {line[:200]}")
    return found


class _RightTime:
    """Takes the error of the bot's clock out of a time that it wrote."""

    def __init__(self, errors: set[float], began: float) -> None:
        self._errors = sorted(errors, key=abs)
        self._began, self._ended = began - 60, time.time() + 60

    def of(self, wrong_ms: int) -> int:
        """Milliseconds since 1970. The errors are so far apart that only one leads into the time of the run."""
        for seconds in self._errors:
            if self._began <= wrong_ms / 1000 - seconds <= self._ended:
                return wrong_ms - round(seconds * 1000)
        return wrong_ms
