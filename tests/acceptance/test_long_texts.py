"""Texts that are longer than Zalo takes, with the real command: whole, in order, each part once, or not at all."""

import re
from pathlib import Path

import pytest

from tests.rig import ADMIN, LEADER, Rig, rig

SEND = "/api/message/sms"
HELP = "/trogiup tất cả"
AGAIN = "(gửi lại) "


def parts(bot: Rig, uid: str) -> list[tuple[int, int, str]]:
    """(number, of how many, text) of each part that somebody got."""
    told = [text.removeprefix(AGAIN) for text in bot.told(uid)]
    found = [re.fullmatch(r"\((\d+)/(\d+)\)\n(.*)", text, re.DOTALL) for text in told]
    return [(int(match[1]), int(match[2]), match[3]) for match in found if match]


def whole(bot: Rig, uid: str) -> list[str]:
    """The help in one message, by its words."""
    [text] = bot.answer(uid, HELP)
    return str(text).split()


@pytest.mark.parametrize("code", [112, 118])
def test_a_long_list_that_zalo_calls_too_long_arrives_whole_and_in_order(tmp_path: Path, code: int) -> None:
    with rig(tmp_path) as bot:
        bot.start_bot()
        said = whole(bot, ADMIN)
        bot.control("config", text_bytes=[700, code])
        bot.tell_bot(HELP, ADMIN)
        bot.until(lambda: bool(found := parts(bot, ADMIN)) and found[-1][0] == found[-1][1], "the last part arrives")
        found = parts(bot, ADMIN)
        assert len(found) >= 3
        assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
        assert " ".join(text for _, _, text in found).split() == said
        bot.until(lambda: bot.query("SELECT count(*) FROM outbox WHERE state != 'sent'") == [(0,)], "all is sent")


def test_if_the_first_part_is_refused_nobody_gets_the_tail_alone(tmp_path: Path) -> None:
    with rig(tmp_path) as bot:
        bot.start_bot()
        bot.control("config", text_bytes=[700, 118], outer={SEND: [114, "invalid params"]})
        bot.tell_bot(HELP, LEADER)
        refused = "SELECT state, code, part FROM outbox WHERE thread_id = ?"
        bot.until(lambda: bot.query(refused, LEADER) == [("refused", 114, 1)], "the first part is refused")
        bot.control("config", outer={})
        bot.answer(ADMIN, "/trangthai")
        assert bot.told(LEADER) == []


def test_a_crash_between_two_parts_neither_loses_nor_doubles_one(tmp_path: Path) -> None:
    with rig(tmp_path, send={"per_second": 2, "burst": 10, "private_per_day": 100}) as bot:
        bot.start_bot()
        said = whole(bot, LEADER)
        bot.control("config", text_bytes=[300, 118])
        bot.tell_bot(HELP, LEADER)
        bot.until(lambda: len(parts(bot, LEADER)) >= 2, "the second part arrives")
        bot.kill_bot()
        assert parts(bot, LEADER)[-1][0] < parts(bot, LEADER)[-1][1], "it was killed in the middle"
        bot.start_bot()
        bot.until(lambda: parts(bot, LEADER)[-1][0] == parts(bot, LEADER)[-1][1], "the last part arrives")
        # The part that was on its way when the program was killed may come twice, and then says so.
        assert sum(text.startswith(AGAIN) for text in bot.told(LEADER)) <= 1
        whole_text = {number: text for number, _, text in parts(bot, LEADER)}
        assert " ".join(text for _, text in sorted(whole_text.items())).split() == said
