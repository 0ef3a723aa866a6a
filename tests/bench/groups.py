"""Benchmark of one bot account in many groups, each with members and roles of its own."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles

import yaml

from tests.bench.count import rss_mb
from tests.bench.figures import Figures
from tests.rig import BOT, Rig, rig

GROUPS = [str(8_000_000_000_000_000_001 + number) for number in range(100)]
MEMBERS = 60
_NAMES = ("An", "Bình", "Chung", "Dũng", "Hòa")
RATE, COUNT, VIOLATION_EVERY = 200, 4_000, 41
"""Messages per second over all groups, and how many; 41 and 100 have no common divisor: each group has violations."""


def uid(group: int, member: int) -> str:
    """Return the uid of a group's member: 0 is the leader, 1 the admin."""
    return str(7_200_000_000_000_000_000 + group * 1000 + member)


def groups(folder: Path) -> Figures:
    """Return time of the start, memory, and the time to the notice of the group's own admin, in 100 groups of 60."""
    place = folder / "groups"
    place.mkdir()
    with rig(place, groups=GROUPS) as made:
        _settle(made)
        _start(made)
        assert made.stop_bot() == 0
        start_seconds = _start(made)
        _wait_for_members(made)
        assert made.bot
        senders = [uid(number % len(GROUPS), 2 + number % (MEMBERS - 2)) for number in range(len(GROUPS) * 29)]
        made.control("flood", count=COUNT, rate=RATE, every_violation=VIOLATION_EVERY, senders=senders, groups=GROUPS)
        admins = {uid(number, 1): id_ for number, id_ in enumerate(GROUPS)}

        def alerts() -> list[tuple[str, float]]:
            return [(admins[sent["thread"]], sent["at_ms"]) for sent in made.sent() if sent["thread"] in admins]

        made.until(lambda: len(alerts()) >= COUNT // VIOLATION_EVERY, "every alert has come")
        with closing(sqlite3.connect(made.database)) as connection:
            said = connection.execute(
                "SELECT thread_id, key FROM inbox JOIN findings ON event_id = inbox.id ORDER BY inbox.id"
            ).fetchall()
        latencies = []
        for id_ in GROUPS:
            keys = [key for group_id, key in said if group_id == id_]
            came = [at_ms for group_id, at_ms in alerts() if group_id == id_]
            # The simulator's msgId is its clock in microseconds.
            latencies += [at_ms - int(key) / 1000 for at_ms, key in zip(came, keys, strict=True)]
        cuts = quantiles(latencies, n=100)
        return {
            "groups_start_seconds": start_seconds,
            "groups_latency_ms_p50": cuts[49],
            "groups_latency_ms_p99": cuts[98],
            "groups_rss_mb": rss_mb(made.bot.pid),
        }


def _start(made: Rig) -> float:
    """Start the bot, and return after how many seconds it hears."""
    opened, began = made.sockets_opened(), time.monotonic()
    made.launch_bot()
    made.until(lambda: made.sockets_opened() > opened, "the bot hears")
    return time.monotonic() - began


def _wait_for_members(made: Rig) -> None:
    """Wait until the bot has read the members of all groups: at the pace that Zalo bears, four seconds for each."""
    assert made.bot
    log = made.bot.log
    made.until(lambda: log.read_text().count('"swept"') >= len(GROUPS), "all groups are read", timeout=900)


def _settle(made: Rig) -> None:
    """Give each group its members, and its leader and admin their roles in it alone."""
    people = [
        {"uid": uid(group, member), "name": f"Lò Văn {_NAMES[member % 5]} - Chuyên viên"}
        for group in range(len(GROUPS))
        for member in range(MEMBERS)
    ]
    made.control("world", people=people)
    made.control(
        "world",
        groups=[
            {"id": id_, "name": f"Nhóm {group}", "members": [BOT, *(uid(group, member) for member in range(MEMBERS))]}
            for group, id_ in enumerate(GROUPS)
        ],
    )
    settings = yaml.safe_load(made.config.read_text())
    settings["people"] = [
        {
            "full_name": f"Lò {role} {group}",
            "title": "Giám đốc",
            "uid": uid(group, at),
            "roles": [role],
            "groups": [id_],
        }
        for group, id_ in enumerate(GROUPS)
        for at, role in enumerate(("leader", "admin"))
    ]
    made.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
