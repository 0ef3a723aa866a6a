"""The line is cut, five hundred messages are said meanwhile, among them violations: the real bot makes it good."""

import re
from pathlib import Path

import pytest

from tests.rig import ADMIN, BOT, GROUP, Rig, rig, somebody

MISSED = 500
VIOLATION_EVERY = 50
UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
FIVE = [str(8_000_000_000_000_000_001 + number) for number in range(5)]


@pytest.mark.parametrize("groups", [[GROUP], FIVE], ids=["one group", "five groups"])
def test_everything_is_recovered_in_order_and_told_in_one_summary_a_group(tmp_path: Path, groups: list[str]) -> None:
    with rig(tmp_path, groups=groups) as made:
        made.start_bot()
        made.say("Tin trước khi mất mạng")
        made.until(lambda: made.judged() == 1, "the line is heard")
        told = len(made.told(ADMIN))
        said, members = _cut(made, groups)
        settled = "SELECT count(DISTINCT group_id) FROM gaps WHERE NOT pending AND group_id <> ?"
        made.until(lambda: made.query(settled, BOT) == [(len(groups),)], "every gap is settled", timeout=90)
        made.until(lambda: len(made.told(ADMIN)) == told + len(groups), "each group is summed up")
        for group in groups:
            _see_all_in_order(made, group, said[group])
        _see_cases_in_order(made, groups, said)
        live = somebody()
        made.say(UNMARKED, live)
        made.until(lambda: bool(made.told(live)), "what is said now is told as ever")
        summaries, alerts = made.told(ADMIN)[told : told + len(groups)], made.told(ADMIN)[told + len(groups) :]
        assert [re.findall(r"ghi nhận (\d+) vụ việc", text) for text in summaries] == [
            [str(MISSED // len(groups) // VIOLATION_EVERY)]
        ] * len(groups)
        assert len(alerts) == 1
        # It was said a moment ago: whoever wrote it is asked as if it had come live.
        assert [len(made.told(uid)) for uid in members] == [1] * len(members)
        coverage = made.report()["coverage"]
        [gap] = coverage["gaps"]
        share = MISSED // len(groups)
        assert (coverage["recovered"], gap["recovered"], gap["closed"]) == (share, share, True)


def _cut(made: Rig, groups: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """msgIds of each group in the order in which they were said, and who broke a rule."""
    said: dict[str, list[str]] = {}
    members: list[str] = []
    made.control("config", handshake=503)
    made.control("abort")
    for group in groups:
        messages = []
        for number in range(MISSED // len(groups)):
            wrong = number % VIOLATION_EVERY == VIOLATION_EVERY - 1
            text = UNMARKED if wrong else f"Đơn vị báo cáo kết quả điểm danh lần thứ {number}"
            messages.append({"_text": text, "uidFrom": somebody()})
            members += [messages[-1]["uidFrom"]] if wrong else []
        said[group] = made.control("hist", messages=messages, group_id=group)["msg_ids"]
    made.control("config", handshake=None)
    return said, members


def _see_all_in_order(made: Rig, group: str, said: list[str]) -> None:
    sql = "SELECT key, judged_ms FROM events JOIN inbox USING (id) WHERE thread_id = ? AND inbox.kind = 'message' "
    rows = [row for row in made.query(f"{sql} ORDER BY id", group) if row[0] in set(said)]
    assert [key for key, _ in rows] == said
    judged = [judged_ms for _, judged_ms in rows]
    assert judged == sorted(judged)


def _see_cases_in_order(made: Rig, groups: list[str], said: dict[str, list[str]]) -> None:
    cases = made.query("SELECT group_id, message_key FROM cases ORDER BY id")
    for group in groups:
        wrong = said[group][VIOLATION_EVERY - 1 :: VIOLATION_EVERY]
        assert [key for where, key in cases if where == group] == wrong
