"""Unmodified zlapi 1.0.3 works in the simulator, which runs as the real command."""

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

CLIENT = Path(__file__).with_name("zlapi_client.py")
GROUP = "8000000000000000001"
BOT = "7000000000000000001"
MEMBER = "7000000000000000002"


class Lines:
    """The lines of a process as they come."""

    def __init__(self, arguments: list[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, start: str) -> str:
        """The next line that begins so."""
        while True:
            line = self._lines.get(timeout=30)
            if line.startswith(start):
                return line.strip()

    def seen(self, what: str) -> dict[str, Any]:
        """The next JSON line of that kind."""
        while True:
            line = self.until("{")
            found: dict[str, Any] = json.loads(line)
            assert found["what"] != "error", found
            if found["what"] == what:
                return found

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self, number: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(15)
        self._reader.join(5)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)


@pytest.fixture
def base() -> Iterator[str]:
    simulator = Lines(["-m", "zalo_governor", "simulate", "--port", "0"])
    yield simulator.until("listening on ").removeprefix("listening on ")
    assert simulator.end(signal.SIGTERM) == 0


def order(base: str, name: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = requests.post(f"{base}/__sim/{name}", json=body, timeout=10).json()
    assert answer["ok"] is True, answer
    return answer


def test_zlapi_logs_in_looks_around_hears_sends_and_hears_its_echo(base: str) -> None:
    order(base, "hist", texts=["tin cũ"])
    client = Lines([str(CLIENT), base, "Hệ thống xin chào"])
    try:
        assert client.seen("login")["uid"] == BOT
        info = client.seen("group")["info"]
        assert {entry.partition("_")[0] for entry in info["memVerList"]} == {BOT, MEMBER}
        assert client.seen("profile")["profiles"][MEMBER]["globalId"]
        assert client.seen("groups")["ids"] == [GROUP]
        assert client.seen("recent")["texts"] == ["tin cũ"]
        client.seen("listening")
        pushed = order(base, "push", frames=[{"data": {"groupMsgs": [{"_text": "một tin"}]}}])
        assert pushed["sockets"] == 1
        heard = client.seen("message")
        assert (heard["text"], heard["author"], heard["thread"]) == ("một tin", MEMBER, GROUP)
        assert heard["msg_id"] == pushed["msg_ids"][0]
        client.tell("group")
        sent, echo = client.seen("sent"), client.seen("message")
        assert (echo["msg_id"], echo["author"], echo["text"]) == (sent["msg_id"], BOT, "Hệ thống xin chào")
        client.tell("user")
        sent, echo = client.seen("sent"), client.seen("message")
        assert (echo["msg_id"], echo["thread"], echo["group"]) == (sent["msg_id"], MEMBER, False)
        data = {"act_type": "group", "act": "join", "data": {"groupId": GROUP, "updateMembers": [{"id": MEMBER}]}}
        order(base, "push", frames=[{"cmd": 601, "data": {"controls": [{"content": data}]}}])
        assert client.seen("event") == {"what": "event", "act": "JOIN", "members": [MEMBER]}
        state = order(base, "state")
        assert [(entry["thread"], entry["is_group"]) for entry in state["sent"]] == [(GROUP, True), (MEMBER, False)]
        assert {call["host"] for call in state["calls"]} >= {"wpa.chat.zalo.me", "tt-group-wpa.chat.zalo.me"}
        assert any(frame["cmd"] == 2 for frame in state["frames"])
    finally:
        client.end(signal.SIGKILL)


def test_a_second_listener_of_the_session_ends_zlapis_process(base: str) -> None:
    first = Lines([str(CLIENT), base, "một"])
    first.seen("listening")
    second = Lines([str(CLIENT), base, "hai"])
    try:
        second.seen("listening")
        assert first.process.wait(15) == -signal.SIGTERM
    finally:
        first.end(signal.SIGKILL)
        second.end(signal.SIGKILL)
