"""Unmodified zlapi 1.0.3 works in the simulator, which runs as the real command."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import Lines, order, simulating
from tests.acceptance.received import listed, received

CLIENT = Path(__file__).with_name("zlapi_client.py")
GROUP = "8000000000000000001"
BOT = "7000000000000000001"
MEMBER = "7000000000000000002"
ENCODINGS = {
    (0, "none", False): ["ba"],
    (1, "gzip", False): ["ba"],
    (1, "zlib", False): [],
    (2, "gzip", False): ["ba"],
    (2, "zlib", False): [],
    (3, "none", False): [],
    (2, "gzip", True): ["ba"],
}
"""(encrypt, compression, bad tag) -> what zlapi 1.0.3 hears of a batch of one, two, three."""
QUIET: dict[int, dict[str, Any]] = {
    504: {"groupMsgs": [{"_text": "một"}]},
    511: {"groupMsgs": [{"_text": "một"}]},
    522: {"delivereds": [], "groupSeens": [{"msgId": "1", "groupId": GROUP, "seenUids": [MEMBER]}]},
    602: {"actions": [{"act_type": "typing", "act": "gtyping", "data": f'"uid":"{MEMBER}","gid":"{GROUP}"'}]},
}
"""cmd -> data of frames of which zlapi 1.0.3 tells nothing."""


@pytest.fixture
def base() -> Iterator[str]:
    with simulating() as url:
        yield url


def zlapi(base: str, text: str) -> Lines:
    return Lines([sys.executable, str(CLIENT), base, text])


def test_zlapi_logs_in_looks_around_hears_sends_and_hears_its_echo(base: str) -> None:
    order(base, "hist", texts=["tin cũ"])
    client = zlapi(base, "Hệ thống xin chào")
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


def test_of_batches_and_encodings_zlapi_hears_what_docs_simulator_says(base: str) -> None:
    """The measure of what the bot must do better: these are zlapi's own losses, not the simulator's."""
    client = zlapi(base, "một")
    try:
        client.seen("listening")
        heard, end = {}, {"data": {"groupMsgs": [{"_text": "hết"}]}}
        for encrypt, comp, bad_tag in ENCODINGS:
            batch = {"groupMsgs": [{"_text": text} for text in ("một", "hai", "ba")]}
            frame = {"encrypt": encrypt, "comp": comp, "bad_tag": bad_tag, "data": batch}
            order(base, "push", frames=[frame, end])
            heard[encrypt, comp, bad_tag] = _texts_until(client, "hết")
        assert heard == ENCODINGS
        for cmd, data in QUIET.items():
            order(base, "push", frames=[{"cmd": cmd, "data": data}, end])
            assert _texts_until(client, "hết") == [], cmd
    finally:
        client.end(signal.SIGKILL)


def test_zlapi_hears_the_acts_of_a_meeting_and_takes_undo_and_reaction_for_messages() -> None:
    with simulating("--scenario", str(CLIENT.parent / "zca_js" / "phien-hop.yaml")) as base:
        client = zlapi(base, "một")
        try:
            client.seen("listening")
            acts = [event["act"] for event in client.count("event", 6)]
            assert sorted(acts) == ["ADD_ADMIN", "JOIN", "LEAVE", "NEW_PIN_TOPIC", "UPDATE", "UPDATE_SETTING"]
            assert [message["group"] for message in client.count("message", 9)] == [True] * 8 + [False]
        finally:
            client.end(signal.SIGKILL)


def test_the_list_of_what_zlapi_receives_is_the_one_in_the_page(base: str) -> None:
    client = zlapi(base, "một")
    try:
        client.seen("listening")
        told = received(client, base, listed(1))
        print("\n".join(f"zlapi 1.0.3\t{name}\t{kinds}" for name, kinds in told.items()))
        assert told == listed(1)
    finally:
        client.end(signal.SIGKILL)


def _texts_until(client: Lines, last: str) -> list[str]:
    texts: list[str] = []
    while True:
        found = json.loads(client.until("{"))
        if found["what"] == "message":
            if found["text"] == last:
                return texts
            texts.append(found["text"])


def test_a_second_listener_of_the_session_ends_zlapis_process(base: str) -> None:
    first = zlapi(base, "một")
    first.seen("listening")
    second = zlapi(base, "hai")
    try:
        second.seen("listening")
        assert first.process.wait(60) == -signal.SIGTERM
    finally:
        first.end(signal.SIGKILL)
        second.end(signal.SIGKILL)
