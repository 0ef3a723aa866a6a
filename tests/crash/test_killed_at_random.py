"""The bot is killed at 20 random points of a feed of 1,000 messages: nothing is lost, nothing is judged twice."""

import json
import random
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.rig import ADMIN, GROUP, Rig, rig
from tests.unit.simulator.wire_client import WireClient

MESSAGES = 1000
RATE = 25.0
KILLS = 20
VIOLATION_EVERY = 20
SENDERS = [str(7_200_000_000_000_000_000 + number) for number in range(49)]
AGAIN = "(gửi lại) "


@pytest.mark.timeout(180)
def test_killed_at_20_random_points_nothing_is_lost_and_nothing_is_judged_twice(tmp_path: Path) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    with rig(tmp_path) as made:
        made.start_bot()
        # So slow that some of the kills fall between a send and its answer.
        made.control("config", hang={"/api/message/sms": 0.2})
        made.control(
            "flood",
            count=MESSAGES,
            rate=RATE,
            every_violation=VIOLATION_EVERY,
            senders=SENDERS,
            background=True,
        )
        _kill_at_random(made, random.Random(seed))  # noqa: S311 - moments, not secrets
        made.start_bot()
        made.until(lambda: _settled(made), "everything is judged and sent", timeout=60)
        _see_every_message_once(made)
        cases = [case for case in made.cases() if case["clause"] == "3.1"]
        _see_every_case_once(cases)
        _see_every_notice_once(made, cases)


def _kill_at_random(made: Rig, chance: random.Random) -> None:
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.0, 3.5))
        made.kill_bot()
        made.launch_bot()
    made.kill_bot()


def _settled(made: Rig) -> bool:
    if made.state("flood")["running"] or made.judged() < MESSAGES:
        return False
    [(waiting,)] = made.query("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')")
    # The echo of the last notice may still be on its way through the inbox.
    [(unjudged,)] = made.query("SELECT count(*) FROM waiting")
    [(dead,)] = made.query("SELECT count(*) FROM inbox WHERE state <> 'done'")
    return not waiting and not unjudged and not dead


def _see_every_message_once(made: Rig) -> None:
    said = _history(made.url)
    assert len(said) == MESSAGES
    # An earlier sealing or a revision would stand there as a second row of the same msgId.
    heard = Counter(
        key for thread, key in made.query("SELECT thread_id, key FROM inbox WHERE kind = 'message'") if thread == GROUP
    )
    assert heard == Counter(said)
    judged = Counter(
        key
        for (key,) in made.query("SELECT i.key FROM events e JOIN inbox i ON i.id = e.id WHERE e.kind = 'message_sent'")
    )
    assert {key: judged[key] for key in said} == dict.fromkeys(said, 1)


def _see_every_case_once(cases: list[dict[str, Any]]) -> None:
    wrong = Counter(SENDERS[n % len(SENDERS)] for n in range(MESSAGES) if (n + 1) % VIOLATION_EVERY == 0)
    assert Counter({case["uid"]: case["count"] for case in cases}) == wrong
    assert len(cases) == len(wrong)


def _see_every_notice_once(made: Rig, cases: list[dict[str, Any]]) -> None:
    """Each admin's and member's notice came; twice only where the second one says so."""
    sent = [(message["thread"], message["text"]) for message in made.sent()]
    arrived = Counter((thread, text.removeprefix(AGAIN)) for thread, text in sent)
    plain = Counter((thread, text) for thread, text in sent if not text.startswith(AGAIN))
    again = Counter((thread, text) for thread, text in sent if text.startswith(AGAIN))
    assert set(plain.values()) | set(again.values()) <= {1}
    fresh = [case for case in cases if not case["late"]]
    for case in fresh:
        code = rf"\b{case['code']}\b"
        assert len([text for thread, text in arrived if thread == ADMIN and re.search(code, text)]) == 1, case["code"]
        assert len([text for thread, text in arrived if thread == case["uid"] and re.search(code, text)]) == 1
    sums = [re.search(r"ghi nhận (\d+) vụ việc", text) for thread, text in arrived if thread == ADMIN]
    late = sum(int(found[1]) for found in sums if found)
    # Of what was heard late, a single case that is minutes old is told in a notice of its own.
    told = "\n".join(text for thread, text in arrived if thread == ADMIN)
    late += sum(f": {case['code']}, " in told for case in cases if case["late"])
    assert late == len(cases) - len(fresh)
    print(f"{len(fresh)} cases told at once, {late} summed up, {sum(again.values())} messages sent again")


def _history(url: str) -> list[str]:
    """Every msgId of the group, by an independent client."""
    client, cursor, said = WireClient(url), 10**16, list[str]()
    while True:
        answer = client.call(
            "GET", "/api/cm/getrecentv2", groupId=GROUP, globalMsgId=cursor, count=50, msgIds=[], src=1
        )
        page = json.loads(answer["data"])
        said += [message["msgId"] for message in page["groupMsgs"]]
        if not page["groupMsgs"] or not page["hasMore"]:
            return said
        cursor = int(page["lastMsgId"])
