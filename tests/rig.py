"""A simulator and a bot as two real processes, for acceptance tests, crash tests and benchmarks."""

import itertools
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import requests
import yaml

from zalo_governor.cli.demo.processes import Program, ask_json

BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
GROUP = "8000000000000000001"
LEADER = "7000000000000000021"
ADMIN = "7000000000000000022"

_PEOPLE = [
    {"full_name": "Giàng A Sử", "title": "Chủ tịch UBND tỉnh", "uid": LEADER, "roles": ["leader"]},
    {"full_name": "Lò Văn Minh", "title": "Giám đốc Sở", "uid": ADMIN, "roles": ["admin"]},
]


_strangers = itertools.count(7_400_000_000_000_000_000)


def somebody() -> str:
    """The uid of a person whom nobody has met yet."""
    return str(next(_strangers))


class Rig:
    """One simulator with the default world, a leader and an admin added, and a bot that may be killed and started."""

    program: type[Program] = Program
    """Of the simulator and of the bot; tests and benchmarks put others in its place."""

    def __init__(
        self, folder: Path, database_url: str | None = None, groups: Sequence[str] = (GROUP,), **zalo: Any
    ) -> None:
        self.folder = folder
        self._groups = len(groups)
        self.config = folder / "governor.yaml"
        self._database_url = database_url
        self.database = folder / "data" / "governor.db"
        self.simulator = self.program(["simulate", "--port", "0"], folder / "simulator.log")
        self.url = self.simulator.wait_for("listening on ")
        self._http = requests.Session()
        self.bot: Program | None = None
        self.starts = 0
        self.control("world", people=[{"uid": LEADER, "name": "Giàng A Sử"}, {"uid": ADMIN, "name": "Lò Văn Minh"}])
        others = [group for group in groups if group != GROUP]
        self.control("world", groups=[{"id": group, "name": "Nhóm", "members": [BOT, MEMBER]} for group in others])
        session = {"imei": "rig", "user_agent": "Mozilla/5.0 (rig)", "cookies": {"zpw_sek": "rig"}}
        (folder / "session.json").write_text(json.dumps(session))
        settings = {
            "zalo": {"route_to": self.url, "send": {"per_second": 1000, "burst": 1000, "private_per_day": 100000}}
            | zalo,
            "database_url": database_url,
            "groups": [{"id": group, "name": f"điều hành tỉnh Mẫu {number}"} for number, group in enumerate(groups, 1)],
            "people": _PEOPLE,
            "schedule": {
                "daily_report": None,
                "weekly_report": None,
                "name_sweep": None,
                "hints_digest": None,
                "suggestions_digest": None,
            },
            "escalation": {"quiet_hours": None},
            "health": {"port": None},
            "trial": {"days": 0},
        }
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True))

    def configure(self, section: str, **values: Any) -> None:
        """Settings of one section, for the next start."""
        settings = yaml.safe_load(self.config.read_text())
        settings[section] = settings.get(section, {}) | values
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True))

    def start_bot(self) -> None:
        """Start it and wait until its socket is open and what it missed is judged."""
        opened = self.sockets_opened()
        bot = self.launch_bot()
        self.until(lambda: self.sockets_opened() > opened, "the bot's socket is open")
        self.until(
            lambda: bot.log.read_text().count('"swept"') == self._groups,
            "the bot has caught up and looked at its groups",
        )

    def launch_bot(self) -> Program:
        """Start it, and no more."""
        self.starts += 1
        self.bot = self.program(["run", "--config", str(self.config)], self.folder / f"bot-{self.starts}.log")
        return self.bot

    def kill_bot(self) -> None:
        """kill -9."""
        assert self.bot
        self.bot.kill()

    def stop_bot(self) -> int:
        """SIGTERM; gives the exit code."""
        assert self.bot
        return self.bot.stop()

    def close(self) -> None:
        """End both."""
        if self.bot and self.bot.running:
            self.bot.stop()
        self._http.close()
        self.simulator.stop()

    def control(self, order: str, **body: Any) -> dict[str, Any]:
        """One order to the simulator."""
        answer = self._http.post(f"{self.url}/__sim/{order}", json=body, timeout=120)
        given: dict[str, Any] = answer.json()
        assert given["ok"], given
        return given

    def state(self, field: str) -> Any:
        """One field of the simulator's state."""
        return self.control("state", fields=[field])[field]

    def push(self, *texts: str, **fields: Any) -> list[str]:
        """Group messages, one frame each; gives their msgIds."""
        frames = [{"data": {"groupMsgs": [{"_text": text, **fields}]}} for text in texts]
        ids: list[str] = self.control("push", frames=frames)["msg_ids"]
        return ids

    def say(self, text: str, uid: str = MEMBER, **fields: Any) -> str:
        """One message in the group; gives its msgId."""
        [key] = self.push(text, uidFrom=uid, **fields)
        return key

    def tell_bot(self, text: str, uid: str, **fields: Any) -> str:
        """One private message to the bot; gives its msgId."""
        message = {"_text": text, "uidFrom": uid, **fields}
        [key] = self.control("push", frames=[{"cmd": 501, "data": {"msgs": [message]}}])["msg_ids"]
        return str(key)

    def act(self, control: dict[str, Any]) -> None:
        """One element of `controls`, such as a group act."""
        self.control("push", frames=[{"cmd": 601, "data": {"controls": [control]}}])

    def does(self, uid: str, **what: Any) -> dict[str, Any]:
        """Somebody does something in the group, as in a scenario (`recall=key`); gives what tells clients of it."""
        element: dict[str, Any] = self.control("act", act={"by": uid, **what})["element"]
        return element

    def told(self, uid: str) -> list[str]:
        """The texts that the bot sent to one person, or into one group."""
        return [message["text"] for message in self.sent() if message["thread"] == uid]

    def answer(self, uid: str, typed: str, **fields: Any) -> list[str]:
        """What the bot answers in private to what was typed to it in private."""
        told = len(self.told(uid))
        self.tell_bot(typed, uid, **fields)
        self.until(lambda: len(self.told(uid)) > told, f"{typed} is answered")
        return self.told(uid)[told:]

    def case_of(self, uid: str) -> str:
        """The code of somebody's youngest case, once there is one."""
        sql = "SELECT max(c.id) FROM cases c JOIN person_uids u ON u.person_id = c.person_id WHERE u.uid = ?"
        self.until(lambda: self.query(sql, uid) != [(None,)], "there is a case")
        return f"VP{self.query(sql, uid)[0][0]}"

    def until_reminded(self, case: str) -> None:
        """Wait until the request to the member of a case has arrived and the case says so."""
        state = "SELECT state FROM cases WHERE id = ?"
        number = int(case.removeprefix("VP"))
        self.until(lambda: self.query(state, number) == [("reminded",)], f"the member of {case} is reminded")

    def told_of(self, case: str, uid: str) -> list[str]:
        """What somebody was told of a case, once there is anything."""

        def about() -> list[str]:
            return [text for text in self.told(uid) if re.search(rf"\b{case}\b", text)]

        self.until(lambda: bool(about()), f"{uid} is told of {case}")
        return about()

    def judged_keys(self) -> list[str]:
        """The msgIds of the group's judged messages, in the order in which they were heard; Zalo's own lines, too."""
        sql = "SELECT key, thread_id, i.kind FROM events JOIN inbox i USING (id) ORDER BY id"
        return [key for key, thread, kind in self.query(sql) if thread == GROUP and kind in {"message", "notice"}]

    def sent(self) -> list[dict[str, Any]]:
        """What the bot sent, as the simulator took it."""
        sent: list[dict[str, Any]] = self.state("sent")
        return sent

    def cases(self) -> list[dict[str, Any]]:
        """`cases --json`."""
        cases: list[dict[str, Any]] = ask_json(["cases", "--json", "--config", str(self.config)])
        return cases

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the bot's database, read beside the running bot."""
        if self._database_url:
            with psycopg.connect(self._database_url) as server:
                return server.execute(sql.replace("?", "%s").encode(), values).fetchall()
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def judged(self) -> int:
        """How many group messages have been judged."""
        [(count,)] = self.query("SELECT count(*) FROM events WHERE kind IN ('message_sent', 'sealed_heard')")
        return int(count)

    def report(self) -> dict[str, Any]:
        """`report --format json` of today."""
        report: dict[str, Any] = ask_json(["report", "--format", "json", "--config", str(self.config)])
        return report

    def sockets_opened(self) -> int:
        """How many sockets have been opened since the simulator began."""
        return int(self.state("counts").get("sockets_opened", 0))

    def logged(self, event: str, state: str = "") -> int:
        """How many lines of the running bot's log tell of that event, and of that state of the line."""
        assert self.bot
        lines = self.bot.log.read_text().splitlines()
        return sum(f'"event": "{event}"' in line and (not state or f'"state": "{state}"' in line) for line in lines)

    def until(self, holds: Callable[[], bool], what: str, timeout: float = 60.0) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
            time.sleep(0.02)


def children(process: int, module: str) -> list[int]:
    """The processes of that module which it began and which still run."""
    found = []
    with suppress(FileNotFoundError):
        for told in Path(f"/proc/{process}/task").glob("*/children"):
            for child in told.read_text().split():
                command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                found += [int(child)] if module.encode() in command else []
    return found


@contextmanager
def rig(folder: Path, database_url: str | None = None, groups: Sequence[str] = (GROUP,), **zalo: Any) -> Iterator[Rig]:
    """A rig that is closed at the end; with the bot not yet started. By default on SQLite, in one group."""
    made = Rig(folder, database_url, groups, **zalo)
    try:
        yield made
    finally:
        made.close()
