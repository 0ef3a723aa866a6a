"""Two bot accounts in one group on one PostgreSQL, a process each; one is killed in the middle of its work, again and
again: every message is stored and judged once by each account, no case is opened twice, no notice is lost."""

import base64
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import yaml

from tests import postgresql
from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig
from zalo_governor.cli.demo.processes import Program, ask_json
from zalo_governor.simulator.world import Person

SECOND = "7000000000000000099"
MESSAGES = 600
RATE = 30.0
KILLS = 5
VIOLATION_EVERY = 15
SENDERS = [str(7_200_000_000_000_000_000 + number) for number in range(37)]
AGAIN = "(gửi lại) "


class Account:
    """One bot account's installation: its own folder and session, the common database."""

    def __init__(self, folder: Path, uid: str, cookie: str, simulator: str, database_url: str) -> None:
        folder.mkdir()
        self.uid = uid
        self.folder = folder
        self.config = folder / "governor.yaml"
        self.starts = 0
        session = {"imei": f"may-{uid}", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": cookie}}
        (folder / "session.json").write_text(json.dumps(session))
        send = {"per_second": 1000, "burst": 1000, "private_per_day": 100000}
        settings = {
            "database_url": database_url,
            "zalo": {"route_to": simulator, "send": send},
            "groups": [{"id": GROUP, "name": "điều hành tỉnh Mẫu"}],
            # By globalId: each account sees these people under other uids.
            "people": [_official(LEADER, "Giàng A Sử", "leader"), _official(ADMIN, "Lò Văn Minh", "admin")],
            "schedule": {"daily_report": None, "weekly_report": None, "name_sweep": None},
            "escalation": {"quiet_hours": None},
            "health": {"port": None},
            "trial": {"days": 0},
        }
        self.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
        self.bot = self.start()

    def start(self) -> Program:
        self.starts += 1
        log = self.folder / f"bot-{self.starts}.log"
        self.bot = Rig.program(["run", "--config", str(self.config)], log)
        return self.bot

    def logged(self, event: str) -> bool:
        return f'"{event}"' in self.bot.log.read_text()

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = ask_json(["report", "--format", "json", "--config", str(self.config)])
        return report


class Town:
    """The simulator with both accounts in the group, and the database."""

    def __init__(self, simulator: str, database_url: str) -> None:
        self._simulator = simulator
        self._database_url = database_url

    def control(self, order: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = requests.post(f"{self._simulator}/__sim/{order}", json=body, timeout=60).json()
        assert answer["ok"], answer
        return answer

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def sent(self) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = self.control("state", fields=["sent"])["sent"]
        return sent


@pytest.mark.timeout(240)
def test_one_of_two_accounts_is_killed_again_and_again_and_nothing_is_lost_or_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    monkeypatch.setenv("ZALO_GOVERNOR_KEY", base64.b64encode(b"k" * 32).decode())
    with postgresql.server("fsync=off") as folder, _simulator(tmp_path) as simulator:
        url = postgresql.new_database(folder)
        town = Town(simulator, url)
        _people(town)
        with _accounts(tmp_path, simulator, url) as (first, second):
            # So slow that some of the kills fall between a send and its answer.
            town.control("config", hang={"/api/message/sms": 0.1})
            flood = {"count": MESSAGES, "rate": RATE, "every_violation": VIOLATION_EVERY, "senders": SENDERS}
            town.control("flood", background=True, **flood)
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.5, 3.5))
                first.bot.kill()
                _refuse_a_second_process(second)
                first.start()
            _until(lambda: _settled(town), "everything is judged twice over and sent", 90)
            _see_every_message_once_for_each_account(town)
            _see_every_case_once(town)
            _see_every_notice_once(town)
            for account in (first, second):
                report = account.report()
                assert report["activity"]["messages"] == MESSAGES
                assert report["coverage"]["heard"] == report["coverage"]["judged"]
            assert first.report()["coverage"]["gaps"]
            assert not second.report()["coverage"]["gaps"]


def _refuse_a_second_process(account: Account) -> None:
    running, number = account.bot, account.starts
    intruder = account.start()
    account.bot, account.starts = running, number
    _until(lambda: not intruder.running, "the second process of a running account ends", 30)
    assert intruder.stop() == 1
    assert "đang được một chương trình khác sử dụng" in intruder.log.read_text()
    assert running.running


def _settled(town: Town) -> bool:
    if town.control("state", fields=["flood"])["flood"]["running"]:
        return False
    counted = town.query(
        f"SELECT count(*) FROM events WHERE kind = 'message_sent' AND NOT own AND group_id = '{GROUP}'"  # noqa: S608
    )
    unsent = town.query("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')")
    return counted >= [(2 * MESSAGES,)] and unsent == [(0,)]


def _see_every_message_once_for_each_account(town: Town) -> None:
    heard = Counter(town.query("SELECT account, key FROM inbox WHERE is_group AND kind = 'message'"))
    judged = Counter(
        town.query("SELECT account, key FROM events JOIN inbox USING (id) WHERE is_group AND inbox.kind = 'message'")
    )
    assert heard == judged
    assert set(heard.values()) == {1}
    said = {account: {key for who, key in heard if who == account} for account in (BOT, SECOND)}
    assert said[BOT] == said[SECOND]
    assert len(said[BOT]) == MESSAGES
    assert town.query("SELECT count(*) FROM waiting") == [(0,)]
    assert town.query("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


def _see_every_case_once(town: Town) -> None:
    wrong = Counter(SENDERS[n % len(SENDERS)] for n in range(MESSAGES) if (n + 1) % VIOLATION_EVERY == 0)
    cases = town.query("SELECT c.id, c.count FROM cases c WHERE clause = '3.1'")
    assert sorted(count for _, count in cases) == sorted(wrong.values())
    of_message = town.query(
        "SELECT count(DISTINCT case_id), count(*) FROM case_events JOIN cases ON cases.id = case_id "
        "WHERE clause = '3.1' GROUP BY case_events.message_key"
    )
    # Heard by two accounts, each message belongs to one case.
    assert of_message == [(1, 2)] * sum(wrong.values())


def _see_every_notice_once(town: Town) -> None:
    told = [message["text"].removeprefix(AGAIN) for message in town.sent() if message["thread"] == ADMIN]
    plain = [message["text"] for message in town.sent() if not message["text"].startswith(AGAIN)]
    fresh = town.query("SELECT id FROM cases WHERE NOT late AND clause = '3.1'")
    late = town.query("SELECT id FROM cases WHERE late AND clause = '3.1'")
    for (number,) in fresh:
        alerts = {text for text in told if re.search(rf"\bVP{number}\b", text)}
        assert len(alerts) == 1, number
        assert len([text for text in plain if text in alerts]) <= 1
    summed = sum(int(found[1]) for text in set(told) if (found := re.search(r"ghi nhận (\d+) vụ việc", text)))
    assert summed == len(late)
    print(f"{len(fresh)} cases told at once, {len(late)} summed up")


def _people(town: Town) -> None:
    people = (*SENDERS, LEADER, ADMIN, BOT, SECOND)
    named = [{"uid": uid, "name": "Lường Thị Sương - Chuyên viên Văn phòng"} for uid in people]
    members = [BOT, SECOND, MEMBER, LEADER, ADMIN, *SENDERS]
    town.control("world", accounts=[{"uid": SECOND, "cookie": "second"}], people=named)
    town.control("world", groups=[{"id": GROUP, "members": members}])


def _official(uid: str, name: str, role: str) -> dict[str, Any]:
    return {"full_name": name, "title": "Giám đốc Sở", "global_id": Person(uid, name).global_id, "roles": [role]}


@contextmanager
def _simulator(folder: Path) -> Iterator[str]:
    program = Rig.program(["simulate", "--port", "0"], folder / "simulator.log")
    try:
        yield program.wait_for("listening on ")
    finally:
        program.stop()


@contextmanager
def _accounts(folder: Path, simulator: str, url: str) -> Iterator[tuple[Account, Account]]:
    # Both at once, so that they migrate, seed and look at the group side by side.
    accounts = (
        Account(folder / "first", BOT, "first", simulator, url),
        Account(folder / "second", SECOND, "second", simulator, url),
    )
    try:
        _until(lambda: all(account.logged("swept") for account in accounts), "both look at the group", 60)
        yield accounts
    finally:
        for account in accounts:
            account.bot.stop()


def _until(holds: Callable[[], bool], what: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.05)
