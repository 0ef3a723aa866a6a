"""The bot and two scan workers on one PostgreSQL, of which one is killed every five seconds: as with one process."""

import base64
import itertools
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import postgresql
from tests.distinct_files import DistinctFile, distinct_files
from tests.rig import ADMIN, Rig, rig
from zalo_governor.cli.demo.processes import Program

FILES = 16
TEXTS = 24
KILL_EVERY = 5.0
AGAIN = "(gửi lại) "
SENDERS = [str(7_300_000_000_000_000_000 + number) for number in range(FILES)]
TALK = "Kính gửi các đồng chí, tôi đã nhận được thông báo"
LOGGED = re.compile(r'^\{.*"event": "attachment_scanned".*\}$', re.MULTILINE)


class Worker:
    """A scan worker that can be killed and started again."""

    def __init__(self, made: Rig, name: str) -> None:
        self._made = made
        self._name = name
        self._starts = 0
        self.program = self.start()

    def start(self) -> Program:
        self._starts += 1
        log = self._made.folder / f"{self._name}-{self._starts}.log"
        self.program = self._made.program(["scan-worker", "--config", str(self._made.config)], log)
        return self.program

    def kill(self) -> None:
        self.program.kill()


def send(made: Rig, files: list[DistinctFile]) -> None:
    """Each file by somebody else, with a text of somebody's after each."""
    for sender, file in zip(SENDERS, files, strict=True):
        content = base64.b64encode(file.content).decode()
        [put] = made.control("put", files=[{"name": file.name, "content": content, "kind": file.kind}])["files"]
        message = {"_text": "", **put["message"], "uidFrom": sender}
        made.control("push", frames=[{"data": {"groupMsgs": [message]}}])
        made.say(f"{TALK} của đồng chí {sender[-4:]}")


def outcome(made: Rig) -> dict[str, Any]:
    """What was found in each sender's file, the cases, and what the senders were told."""
    found = {}
    for uid, result in made.query(
        "SELECT u.uid, s.result FROM file_scans s JOIN events e ON e.id = s.event_id "
        "JOIN person_uids u ON u.person_id = e.person_id"
    ):
        scanned = json.loads(result) if isinstance(result, str) else result
        labels = sorted((one["rule_id"], one["label"], one["severity"]) for one in scanned["findings"])
        assert uid not in found
        found[uid] = (scanned["type"], labels, sorted(scanned["not_checked"]))
    cases = Counter((case["uid"], case["clause"], case["severity"], case["count"]) for case in made.cases())
    told = Counter((one["thread"], without_code(one["text"])) for one in once(made) if one["thread"] in SENDERS)
    return {"found": found, "cases": cases, "told": told}


def once(made: Rig) -> list[dict[str, Any]]:
    """What was sent; what was sent again, as it says itself, only where the first one has not come."""
    plain = {(one["thread"], one["text"]) for one in made.sent()}
    return [
        one for one in made.sent()
        if not one["text"].startswith(AGAIN) or (one["thread"], one["text"].removeprefix(AGAIN)) not in plain
    ]  # fmt: skip


def without_code(text: str) -> str:
    return re.sub(r"\bVP\d+\b|\d\d:\d\d", "…", text.removeprefix(AGAIN))


def settled(made: Rig) -> bool:
    [(open_jobs,)] = made.query("SELECT count(*) FROM jobs WHERE due_ms IS NOT NULL")
    [(unsent,)] = made.query("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')")
    [(scanned,)] = made.query("SELECT count(*) FROM file_scans")
    return (open_jobs, unsent, scanned) == (0, 0, FILES)


def by_one_process(folder: Path, files: list[DistinctFile]) -> dict[str, Any]:
    with rig(folder) as made:
        made.start_bot()
        send(made, files)
        made.until(lambda: settled(made), "all files are scanned", timeout=150)
        return outcome(made)


@pytest.mark.timeout(480)
def test_killed_every_five_seconds_bot_and_workers_find_the_same_as_one_process(tmp_path: Path) -> None:
    files = distinct_files(FILES)
    (tmp_path / "one").mkdir()
    (tmp_path / "three").mkdir()
    expected = by_one_process(tmp_path / "one", files)
    assert len(expected["found"]) == FILES
    with (
        postgresql.server("fsync=off") as server,
        rig(tmp_path / "three", postgresql.new_database(server)) as made,
    ):
        made.start_bot()
        workers = [Worker(made, "first"), Worker(made, "second")]
        try:
            began = time.monotonic()
            send(made, files)
            kills = kill_in_turn(made, workers, TEXTS - FILES)
            made.until(lambda: settled(made), "all files are scanned", timeout=120)
            print(f"{kills} kills, {time.monotonic() - began:.0f} s")
            assert kills >= 3
            made.until(lambda: heard(made) == TEXTS, "every text is judged")
        finally:
            for worker in workers:
                worker.program.stop()
        assert outcome(made) == expected
        see_every_file_settled_once(made, kills)
        see_every_alert_once(made)
        assert len({call["headers"]["User-Agent"] for call in made.state("calls")}) == 1, "Zalo sees one browser"


def kill_in_turn(made: Rig, workers: list[Worker], texts: int) -> int:
    """Kill the bot, the first worker, the second one … and start each again, until nothing is left to scan."""
    said = 0
    for kills, turn in enumerate(itertools.cycle((None, *workers))):
        # A machine on which a worker needs longer than that to start and scan one file would never get through.
        time.sleep(KILL_EVERY * (1 + kills // 12))
        if settled(made) and said == texts:
            return kills
        if turn is None:
            made.kill_bot()
        else:
            turn.kill()
        for _ in range(min(5, texts - said)):
            said += 1
            made.say(f"{TALK} lần {said}")
        if turn is None:
            made.launch_bot()
        else:
            turn.start()
        assert kills < 40
    raise AssertionError


def heard(made: Rig) -> int:
    [(count,)] = made.query(
        "SELECT count(*) FROM events e JOIN inbox i USING (id) WHERE i.is_group AND i.kind = 'message' AND NOT e.own "
        "AND NOT EXISTS (SELECT 1 FROM file_scans s WHERE s.event_id = e.id)"
    )
    return int(count)


def see_every_file_settled_once(made: Rig, kills: int) -> None:
    logs = "\n".join(log.read_text() for log in made.folder.glob("*.log") if log.name != "simulator.log")
    settled_by_log = Counter(json.loads(line)["entry"] for line in LOGGED.findall(logs))
    # Whoever is killed between saying so and storing it has another one say it again.
    assert settled_by_log.total() - len(settled_by_log) <= kills
    by_whom = [log.name for log in made.folder.glob("*.log") for _ in LOGGED.findall(log.read_text())]
    print(Counter(name.split("-")[0] for name in by_whom))
    assert {"bot", "first", "second"} == {name.split("-")[0] for name in by_whom}


def see_every_alert_once(made: Rig) -> None:
    assert set(Counter((one["thread"], one["text"]) for one in made.sent()).values()) == {1}
    alerts = [one["text"] for one in once(made) if one["thread"] == ADMIN]
    for case in made.cases():
        about = [text for text in alerts if re.search(rf"\b{case['code']}\b", text)]
        assert len(about) == (0 if case["severity"] == "triage" else 1), case
