"""The stage of one run: simulator and bot as real processes, the store, and the orders that go to them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.chaos.bot import WrongClock
from tests.chaos.plan import GROUPS, Plan
from tests.chaos.selects import GOING_ON, HEARD, IN_A_SEND
from tests.chaos.stores import Store
from tests.chaos.traffic import RESPONDERS, Traffic
from tests.rig import ADMIN, BOT, LEADER, MEMBER, children
from zalo_governor.cli.demo.processes import Program
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.security.crypto import Keys, master_key

SEND = "/api/message/sms"
HISTORY = "/api/cm/getrecentv2"
_STOP_SECONDS = 10.0


class NotInTimeError(Exception):
    """The run cannot go on."""


class Bot:
    """The bot's process."""

    def __init__(self, config: Path, clock: Path, log: Path) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.bot", str(config), str(clock)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def ended_with(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; gives the exit code, -9 where it does not end in time."""
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9


class Scene:
    """Everything that a fault can touch."""

    timeout = 2.5
    """Seconds that the bot waits for an answer."""

    def __init__(self, folder: Path, store: Store, plan: Plan, traffic: Traffic, over: Callable[[], bool]) -> None:
        self._over = over
        self.folder, self.store, self.traffic = folder, store, traffic
        self.made: Counter[str] = Counter()
        self.kills = 0
        self.kills_in_a_send = 0
        self.bad_exits: list[str] = []
        self.logs: list[Path] = []
        self.clock_errors = {0.0}
        self.members = {group: [MEMBER, BOT, LEADER, *RESPONDERS] for group in GROUPS}
        self.cookie = "chaos-0"
        self._voided: list[str] = []
        self._cookies = 0
        self._short = list(plan.short)
        self._config = folder / "governor.yaml"
        self._clock = WrongClock(folder / "clock")
        self.simulator = Program(["simulate", "--port", "0"], folder / "simulator.log")
        self.url = self.simulator.wait_for("listening on ")
        self._http = requests.Session()
        self.zalo(
            "world",
            people=[
                {"uid": ADMIN, "name": "Lò Văn Minh"},
                {"uid": LEADER, "name": "Giàng A Chủ - Chủ tịch UBND tỉnh"},
                *({"uid": uid, "name": f"{name} - Chuyên viên"} for uid, name in RESPONDERS.items()),
            ],
            groups=[{"id": group, "members": members} for group, members in self.members.items()],
        )
        self.write_session()
        self._config.write_text(yaml.safe_dump(self._settings(), allow_unicode=True))
        self.bot = self.start_bot()

    def zalo(self, order: str, **body: Any) -> dict[str, Any]:
        """One order to the simulator."""
        given: dict[str, Any] = self._http.post(f"{self.url}/__sim/{order}", json=body, timeout=120).json()
        if not given["ok"]:
            raise NotInTimeError(given["error"])
        return given

    def state(self, field: str) -> Any:
        """One field of the simulator's state."""
        return self.zalo("state", fields=[field])[field]

    @contextmanager
    def config(self, **faults: Any) -> Iterator[None]:
        """Faults of the simulator that are in force inside, and as they were before afterwards."""
        before = self.state("config")
        self.zalo("config", **faults)
        try:
            yield
        finally:
            self.zalo("config", **{name: before[name] for name in faults})

    def number(self, sql: str) -> int:
        """What a SELECT of one number gives."""
        [(number,)] = self.store.rows(sql)
        return int(number)

    def start_bot(self) -> Bot:
        """Start it; does not wait until it listens."""
        self.logs.append(self.folder / f"bot-{len(self.logs)}.log")
        self.bot = Bot(self._config, self.folder / "clock", self.logs[-1])
        return self.bot

    def kill_bot(self) -> None:
        """kill -9, and see whether a send was under way; whoever watches over services starts it again."""
        self.bot.kill()
        self.kills += 1
        self.kills_in_a_send += self.number(IN_A_SEND) > 0
        self.start_bot()

    def kill_rules(self) -> None:
        """kill -9 of the process in which the bot's rules think, where there is one at this moment."""
        for child in children(self.bot.pid, "zalo_governor.sandbox.rules"):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def stop_bot(self) -> None:
        """SIGTERM; it must end with 0, and in time: twice what it takes alone, since many runs share the machine."""
        code = self.bot.stop()
        if code != 0 and not self.store.was_away():
            self.bad_exits.append(f"SIGTERM: exit code {code}, {self.bot.log.name}")

    def watch_bot(self) -> None:
        """Start it again where it ended by itself, as a service manager would; that is written down."""
        code = self.bot.ended_with
        if code is not None and self.store.was_away():
            time.sleep(1.0)  # The service manager waits, too.
            self.start_bot()
        elif code is not None:
            last = self.bot.log.read_text().strip().splitlines()[-1:]
            self.bad_exits.append(f"ended by itself with {code}, {self.bot.log.name}: {' '.join(last)[:200]}")
            self.start_bot()

    def set_clock(self, seconds: float) -> None:
        """The bot's clock is wrong by so much from now on."""
        self.clock_errors.add(seconds)
        self._clock.set(seconds)

    def new_cookie(self) -> str:
        """A value of zpw_sek that was never used."""
        self._cookies += 1
        return f"chaos-{self._cookies}"

    def void(self, cookie: str) -> None:
        """A session that no longer counts."""
        self._voided.append(cookie)
        self.zalo("config", expired=self._voided)

    def write_session(self) -> None:
        """The session file, as an operator exports it from a browser."""
        session = {"imei": "chaos", "user_agent": "Mozilla/5.0 (chaos)", "cookies": {"zpw_sek": self.cookie}}
        (self.folder / "session.json").write_text(json.dumps(session))

    def next_short_group(self) -> str:
        """Whose history ends too soon this time."""
        return self._short.pop()

    def calm(self) -> bool:
        """Whether the line is up, no gap goes on, and everything that Zalo still has is stored."""
        return self.state("sockets") == 1 and not self.number(GOING_ON) and self.missing() <= 0

    def missing(self) -> int:
        """How many of the messages that were said and are not beyond recovery are not stored."""
        return len(self.traffic.said) - self.traffic.hidden - self.number(HEARD)

    def calm_down(self) -> None:
        """Wait, in silence, until all that went before is through."""
        self.until(self.calm, "the bot has caught up")

    def until(self, holds: Callable[[], bool], what: str, seconds: float = 300.0) -> None:
        """Wait until it holds; long, as ten runs on two cores give each a fifth of one.

        Raises:
            NotInTimeError: it did not.
        """
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise NotInTimeError(f"not within {seconds:.0f} s: {what}")
            self.must_go_on()
            self.watch_bot()
            time.sleep(0.1)

    def must_go_on(self) -> None:
        """Raises NotInTimeError once the run is over."""
        if self._over():
            raise NotInTimeError("broken off: its time is up")

    def broken_audit(self) -> list[str]:
        """What does not hold in the audit log, once the bot has ended."""
        settings = load_settings(self._config)
        database = Database(settings.sqlalchemy_url, Keys(master_key(settings.key_path, None)), system_clock)
        try:
            faults = SqlAuditLog(database).verify().faults
        finally:
            database.close()
        return [f"{fault.kind}: row {fault.row_id}" for fault in faults]

    def close(self) -> None:
        """End what still runs."""
        if self.bot.ended_with is None:
            self.bot.kill()
        self._http.close()
        self.simulator.stop()

    def _settings(self) -> dict[str, Any]:
        return {
            "data_dir": "data",
            "database_url": self.store.url,
            "zalo": {
                "route_to": self.url,
                "send": {"per_second": 1000, "burst": 1000, "private_per_day": 100000},
                "timeout_seconds": self.timeout,
                "ping_seconds": 1,
                "silence_seconds": 3,
                "duplicate_pause_seconds": 2,
            },
            "groups": [{"id": group, "name": f"điều hành {number}"} for number, group in enumerate(GROUPS)],
            "people": [
                {"full_name": "Lò Văn Minh", "title": "Giám đốc Sở", "uid": ADMIN, "roles": ["admin"]},
                {"full_name": "Giàng A Chủ", "title": "Chủ tịch", "uid": LEADER, "roles": ["leader", "leadership"]},
            ],
            "schedule": {"daily_report": None, "weekly_report": None, "name_sweep": None},
            "escalation": {"quiet_hours": None},
            "health": {"port": None},
            "trial": {"days": 0},
            "vigil": {"look_minutes": 0.05, "keep_alive_minutes": 0.05},
        }
