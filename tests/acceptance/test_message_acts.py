"""Recalls, deletions and reactions as phones send them: what they change, and what no attack with them changes.

zalo-protocol.md, 14.1 to 14.3.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig import ADMIN, BOT, GROUP, LEADER, Rig, rig, somebody
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import group_message, reaction_to, recall_of
from zalo_governor.simulator.world import World

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
ORDER = "@Mẫu Đề nghị đồng chí báo cáo số liệu tiêm chủng về UBND tỉnh trước 17h ngày 26/12."
INFO = "/api/group/getmg-v2"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.configure("vigil", sweep_again_minutes=0)
        made.start_bot()
        yield made


def act(bot: Rig, **fields: Any) -> None:
    bot.control("act", act={"device": "phone", **fields})


def breach(bot: Rig, uid: str, **fields: Any) -> tuple[dict[str, Any], str]:
    """A message with a case, as it is on the wire, and the code of the case."""
    message = group_message(World(system_clock), {"_text": UNMARKED, "uidFrom": uid, **fields})
    key = bot.say(UNMARKED, uid, **{name: message[name] for name in ("cliMsgId",)})
    code = bot.case_of(uid)
    bot.until_reminded(code)
    return message | {"msgId": key}, code


def state(bot: Rig, code: str) -> str:
    [(found,)] = bot.query("SELECT state FROM cases WHERE id = ?", int(code.removeprefix("VP")))
    return str(found)


def states(bot: Rig) -> list[str]:
    """What became of the acts so far, in the order in which they were heard."""
    return [found for (found,) in bot.query("SELECT state FROM message_acts ORDER BY event_id, place")]


def judged(bot: Rig, kind: str) -> int:
    [(count,)] = bot.query("SELECT count(*) FROM events WHERE kind = ?", kind)
    return int(count)


def heard(bot: Rig, kind: str, count: int) -> None:
    bot.until(lambda: judged(bot, kind) == count, f"{count} of {kind} are judged")


def silent(bot: Rig) -> int:
    """The number of those who owe an answer to the last directive."""
    sql = "SELECT count(*) FROM directive_assignees WHERE directive_id = (SELECT max(id) FROM directives)"
    [(count,)] = bot.query(f"{sql} AND received_ms IS NULL")
    return int(count)


def push(bot: Rig, fields: dict[str, Any]) -> None:
    bot.control("push", frames=[{"data": {"groupMsgs": [{"_text": "", **fields}]}}])


def test_a_recall_from_a_phone_closes_the_case_of_its_author(bot: Rig) -> None:
    uid = somebody()
    message, code = breach(bot, uid)
    act(bot, by=uid, recall=message["msgId"])
    bot.until(lambda: state(bot, code) == "remedied", "the case is remedied")


def test_another_member_s_recall_with_the_same_client_s_id_withdraws_nothing(bot: Rig) -> None:
    uid, attacker = somebody(), somebody()
    message, code = breach(bot, uid)
    before = judged(bot, "message_recalled")
    forged = {"uidFrom": attacker}
    push(bot, recall_of(message) | forged)
    # The attacker has a message with that id too, and takes it back.
    own = bot.say("Kính chào các đồng chí", attacker, cliMsgId=message["cliMsgId"])
    act(bot, by=attacker, recall=own)
    heard(bot, "message_recalled", before + 2)
    assert state(bot, code) == "reminded"


def test_a_recall_that_arrives_before_its_message_survives_a_kill(bot: Rig) -> None:
    uid = somebody()
    message = group_message(World(system_clock), {"_text": UNMARKED, "uidFrom": uid})
    before = judged(bot, "message_recalled")
    push(bot, recall_of(message))
    heard(bot, "message_recalled", before + 1)
    bot.kill_bot()
    bot.start_bot()
    bot.say(UNMARKED, uid, cliMsgId=message["cliMsgId"])
    code = bot.case_of(uid)
    bot.until(lambda: state(bot, code) == "remedied", "the case is remedied")


@pytest.mark.parametrize("kind", ["me", "conversation"])
def test_what_the_bot_s_phone_deletes_for_itself_withdraws_nothing(bot: Rig, kind: str) -> None:
    message, code = breach(bot, somebody())
    before, acts = judged(bot, "message_deleted"), states(bot)
    act(bot, by=BOT, delete={"of": message["msgId"], "kind": kind})
    heard(bot, "message_deleted", before + 1)
    assert (state(bot, code), states(bot)) == ("reminded", acts)


def test_a_member_s_claim_to_have_deleted_for_all_withdraws_nothing_and_is_told_as_a_figure(bot: Rig) -> None:
    message, code = breach(bot, somebody())
    asked = bot.logged("swept")
    act(bot, by=somebody(), delete={"of": message["msgId"], "kind": "all"})
    bot.until(lambda: bot.logged("swept") > asked, "the group's deputies are read again")
    bot.until(lambda: states(bot)[-1] == "doubtful", "the claim is settled")
    assert state(bot, code) == "reminded"
    assert "không rõ nói về tin nào" in bot.answer(ADMIN, "/trangthai")[0]
    assert bot.report()["coverage"]["unclear"] > 0


def test_a_deputy_s_deletion_counts_also_if_the_appointment_was_missed(bot: Rig) -> None:
    deputy = somebody()
    bot.say("Kính chào các đồng chí", deputy)
    bot.control("world", groups=[{"id": GROUP, "admins": [BOT, deputy]}])
    message, code = breach(bot, somebody())
    act(bot, by=deputy, delete={"of": message["msgId"], "kind": "all"})
    bot.until(lambda: state(bot, code) == "remedied", "the case is remedied")
    assert states(bot)[-1] == "applied"


def test_a_thumb_counts_for_the_message_meant_and_for_nobody_where_two_share_the_client_s_id(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with rig(tmp_path_factory.mktemp("bot")) as bot:
        head, other = somebody(), somebody()
        bot.control("world", groups=[{"id": GROUP, "members": [BOT, LEADER, ADMIN, head, other]}])
        bot.start_bot()
        order = group_message(World(system_clock), {"_text": ORDER, "uidFrom": LEADER})
        mentions = [{"uid": head, "pos": 0, "len": 4, "type": 0}]
        key = bot.say(order["content"], LEADER, cliMsgId=order["cliMsgId"], mentions=mentions)
        bot.until(lambda: bot.query("SELECT count(*) FROM directives") == [(1,)], "there is a directive")
        bot.say("Kính chào các đồng chí", other, cliMsgId=order["cliMsgId"])
        thumb = reaction_to([order | {"msgId": key}], head, "/-strong")
        content = json.loads(thumb["content"])
        del content["msgSender"]
        assert silent(bot) == 1
        push(bot, thumb | {"content": json.dumps(content)})
        heard(bot, "reacted", 1)
        assert states(bot) == ["doubtful"]
        assert silent(bot) == 1
        act(bot, by=head, react={"to": key, "icon": "/-strong"})
        bot.until(lambda: silent(bot) == 0, "the thumb counts")
        act(bot, by=head, react={"to": key, "icon": ""})
        bot.until(lambda: silent(bot) == 1, "it is taken back")
