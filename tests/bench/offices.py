"""Offices of one PostgreSQL server as real processes: what each costs in processor time, memory and bytes."""

import base64
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import yaml

from tests.bench.country import Group, Said
from tests.distinct_files import marked
from tests.postgresql import order
from tests.rig import BOT, Rig
from zalo_governor.cli.demo.processes import Program
from zalo_governor.simulator.samples import SAMPLES

DATABASE = "offices"
_TICK_SECONDS = 0.05
_PATIENCE = 300.0
_TICKS = os.sysconf("SC_CLK_TCK")
_FILES = (
    ("clean_picture", "anh.jpg", "photo"),
    ("clean_pdf", "BC tuan.pdf", "file"),
    ("clean_document", "KH 12.docx", "file"),
)
"""Sample of the simulator, name under which it is sent, kind of message."""
PROCESSES = {"zalo_governor.sandbox.rules": "rules", "zalo_governor.sandbox.attachments": "scan"}
"""Module that a child process runs -> name of the process in figures; the bot itself is `bot`."""


class Hurried(Program):
    """The bot program that reads the members of its groups without pauses."""

    module: ClassVar[str] = "tests.bench.hurried"


def new_office(server: Path, name: str) -> str:
    """Make a role that owns a schema of its own on the server, and return its database URL."""
    order(server, f"CREATE ROLE {name} LOGIN", f"ALTER ROLE {name} SET search_path = {name}")
    with psycopg.connect(_database(server, "governor"), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}".encode())
    return _database(server, name)


def _database(server: Path, role: str) -> str:
    return f"postgresql://{role}@/{DATABASE}?host={server}"


class Office:
    """One office: its simulator and its bot, with so many groups, on a PostgreSQL server that others use too.

    `scans` False: its files are left to a `scan-worker`, as docs/van-hanh.md advises where offices share a machine.
    """

    def __init__(self, folder: Path, url: str, groups: Sequence[Group], *, scans: bool = True) -> None:
        folder.mkdir()
        self.url = url
        self.groups = groups
        self._served = 0
        self.rig = Rig(folder, url, groups=[group.id for group in groups])
        self.rig.program = Hurried
        self.rig.control("world", people=[person for group in groups for person in group.people])
        self.rig.control("world", groups=[_as_simulated(group) for group in groups])
        settings = yaml.safe_load(self.rig.config.read_text())
        # On the first day of a month, a report for each group would be added to what is measured.
        settings["schedule"] |= {"monthly_report": None, "quarterly_report": None}
        settings["attachments"] = settings.get("attachments", {}) | {"scan_here": scans}
        settings["people"] = [person for group in groups for person in _leadership(group)]
        self.rig.config.write_text(yaml.safe_dump(settings, allow_unicode=True))

    def start(self) -> float:
        """Start the bot, wait until it has read its groups, and return after how many seconds it was connected."""
        opened, began = self.rig.sockets_opened(), time.monotonic()
        bot = self.rig.launch_bot()
        self.rig.until(lambda: self.rig.sockets_opened() > opened, "the bot is connected", _PATIENCE)
        seconds = time.monotonic() - began
        self.rig.until(
            lambda: bot.log.read_text().count('"swept"') >= len(self.groups), "all groups are read", _PATIENCE
        )
        return seconds

    def answer_seconds(self, uid: str, command: str) -> float:
        """Return the seconds from a person's private command to the bot's answer."""
        before = len(self.rig.sent())
        [key] = self.rig.control("push", frames=[_private(command, uid)])["msg_ids"]
        self.rig.until(lambda: len(self.rig.sent()) > before, f"{command} is answered", _PATIENCE)
        return _ms_since(key, self.rig.sent()[before]["at_ms"]) / 1000

    def play(self, said: Sequence[Said], seconds: float) -> None:
        """Let the messages be said, evenly sped up so that they take so many seconds together."""
        last = max(one.second for one in said)
        files = iter(self._serve(sum(not one.text for one in said)))
        frames = [(one.second / last * seconds, _frame(one, files)) for one in said]
        began, at = time.monotonic(), 0
        while at < len(frames):
            passed = time.monotonic() - began
            due = at
            while due < len(frames) and frames[due][0] <= passed:
                due += 1
            if due > at:
                self.rig.control("push", frames=[frame for _, frame in frames[at:due]])
                at = due
            time.sleep(_TICK_SECONDS)

    def warm_up(self) -> None:
        """Let one file be sent and read: the process that reads files starts with the first one."""
        since, group = self.newest(), self.groups[0]
        self.play([Said(1.0, group, group.uid(2), "")], 0.1)
        self.wait_until_done(since, 1, 1)

    def newest(self) -> int:
        """Return the highest id of its inbox."""
        [(newest,)] = self.rig.query("SELECT coalesce(max(id), 0) FROM inbox")
        return int(newest)

    def wait_until_done(self, since: int, count: int, files: int) -> None:
        """Wait until so many group messages after the inbox entry `since` are judged, and so many files scanned."""
        judged = "SELECT count(*) FROM events WHERE id > ? AND kind IN ('message_sent', 'sealed_heard') AND NOT own"
        scanned = "SELECT count(*) FROM file_scans WHERE event_id > ?"
        self.rig.until(lambda: self.rig.query(judged, since)[0][0] >= count, "all is judged", _PATIENCE)
        self.rig.until(lambda: self.rig.query(scanned, since)[0][0] >= files, "all is scanned", _PATIENCE)

    def lags_ms(self, since: int) -> tuple[list[float], list[float]]:
        """Return the ms from each group message after the inbox entry `since` until it was stored, and was judged."""
        sql = """SELECT key, received_ms, judged_ms FROM inbox JOIN events USING (id)
                 WHERE id > ? AND is_group AND inbox.kind = 'message' AND NOT own"""
        rows = self.rig.query(sql, since)
        return [_ms_since(key, stored) for key, stored, _ in rows], [_ms_since(key, judged) for key, _, judged in rows]

    def bytes(self) -> int:
        """Return the bytes of its tables and indices."""
        sql = """SELECT sum(pg_table_size(c.oid) + pg_indexes_size(c.oid)) FROM pg_class c
                 WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"""
        [(size,)] = self.rig.query(sql)
        return int(size)

    def processes(self) -> dict[str, list[int]]:
        """Return its processes by name: bot, rules, scan, and the server's connections (backends)."""
        assert self.rig.bot
        found: dict[str, list[int]] = {"bot": [self.rig.bot.pid]}
        for child in descendants(self.rig.bot.pid):
            with suppress(FileNotFoundError, ProcessLookupError):
                command = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace")
                name = next((name for module, name in PROCESSES.items() if module in command), "bot")
                found.setdefault(name, []).append(child)
        backends = self.rig.query("SELECT pid FROM pg_stat_activity WHERE usename = user AND pid <> pg_backend_pid()")
        return found | {"backends": [int(pid) for (pid,) in backends]}

    def close(self) -> None:
        """End bot and simulator."""
        self.rig.close()

    def _serve(self, count: int) -> list[dict[str, Any]]:
        """Put so many different harmless files on the simulated file server; return their messages."""
        kinds = [(name, kind, SAMPLES[sample]()) for sample, name, kind in _FILES]
        messages = []
        for number in range(self._served, self._served + count):
            # Each office begins with another kind, so that many with a few files each send as many of each kind as one.
            name, kind, content = kinds[(self.groups[0].number + number) % len(kinds)]
            content = marked(content, f"GIA DINH {self.groups[0].id} {number}".encode())
            served = {"name": name, "kind": kind, "content": base64.b64encode(content).decode()}
            [put] = self.rig.control("put", files=[served])["files"]
            messages.append(put["message"])
        self._served += count
        return messages


def shared_scan_worker(folder: Path) -> Program:
    """Start one process that scans the files of all offices whose folders are in `folder`."""
    return Program(["scan-worker", "--all", "--offices-dir", str(folder)], folder / "scan-worker.log")


def play_together(offices: Sequence[Office], plans: Sequence[Sequence[Said]], seconds: float) -> None:
    """Play each office's messages, all at the same time."""
    players = [
        threading.Thread(target=office.play, args=(plan, seconds)) for office, plan in zip(offices, plans, strict=True)
    ]
    for player in players:
        player.start()
    for player in players:
        player.join()


def cpu_seconds(offices: Sequence[Office], server: Path, scanner: Program | None = None) -> dict[str, float]:
    """Return the processor seconds used so far, by the name of the process and by `server`, ended children included.

    What `scanner`, a scan worker of all offices, uses is added to `scan`.
    """
    used: dict[str, float] = defaultdict(float)
    for office in offices:
        for name, pids in office.processes().items():
            if name != "backends":
                used[name] += sum(map(_cpu, pids))
    if scanner is not None:
        used["scan"] += sum(map(_cpu, [scanner.pid, *descendants(scanner.pid)]))
    postmaster = int((server / "data" / "postmaster.pid").read_text().split()[0])
    used["server"] = sum(map(_cpu, [postmaster, *descendants(postmaster)]))
    return used


def memory_mb(pids: Sequence[int]) -> dict[str, float]:
    """Return the memory in MB of these processes together.

    `rss` counts each process for itself, `pss` what several share in parts, `private` only what no other has.
    """
    found: dict[str, float] = defaultdict(float)
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                field, kilobytes = line.split()[:2]
                if name := _MEMORY.get(field):
                    found[name] += int(kilobytes) / 1024
    return found


def descendants(process: int) -> list[int]:
    """Return the ids of all processes that it, or one of them, began and that still run."""
    found = []
    for child in _children(process):
        found += [child, *descendants(child)]
    return found


def _children(process: int) -> list[int]:
    """Return the children of a process; none if it has ended meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        told = [file.read_text().split() for file in Path(f"/proc/{process}/task").glob("*/children")]
        return [int(child) for children in told for child in children]
    return []


_MEMORY = {"Rss:": "rss", "Pss:": "pss", "Private_Clean:": "private", "Private_Dirty:": "private"}
_CPU_FIELDS = slice(11, 15)
"""utime, stime, cutime, cstime, counted behind the name of the program (proc(5))."""


def _cpu(process: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[_CPU_FIELDS])) / _TICKS
    return 0.0


def _as_simulated(group: Group) -> dict[str, Any]:
    members = [BOT, *(group.uid(member) for member in range(group.members))]
    return {"id": group.id, "name": f"Nhóm {group.number}", "members": members}


def _leadership(group: Group) -> list[dict[str, Any]]:
    """Return the settings of the group's leader and admin, who have their roles in it alone."""
    return [
        {
            "full_name": f"Lò {role} {group.number}",
            "title": "Giám đốc",
            "uid": group.uid(member),
            "roles": [role],
            "groups": [group.id],
        }
        for member, role in enumerate(("leader", "admin"))
    ]


def _frame(said: Said, files: Iterator[dict[str, Any]]) -> dict[str, Any]:
    message = {"_text": said.text, "uidFrom": said.uid, "idTo": said.group.id}
    return {"data": {"groupMsgs": [message if said.text else message | next(files)]}}


def _private(text: str, uid: str) -> dict[str, Any]:
    return {"cmd": 501, "data": {"msgs": [{"_text": text, "uidFrom": uid}]}}


def _ms_since(key: str, at_ms: float) -> float:
    """Return the ms from a message, whose id is the simulator's clock in microseconds, to a moment."""
    return at_ms - int(key) / 1000
