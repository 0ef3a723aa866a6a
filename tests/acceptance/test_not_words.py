"""What Zalo's software writes accuses nobody, formatted text is a member's words: the real process beside phones."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig import ADMIN, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.cards import poll, reminder_card, styled_text, system_line, vote_in

SECRET = "Em gửi các đồng chí văn bản mật số 05/KH-GIẢ ĐỊNH về phương án Hạt Dẻ để nghiên cứu trước"
BAD_LINK = "https://chinhphu.gov.vn.mau-trang.top/tin"
UNMARKED = "kinh gui cac dong chi lich hop giao ban tuan toi cua tinh"
ORDER = "Giao Sở Y tế báo cáo tình hình dịch bệnh trước 17h00 ngày mai"
BOLD = [{"start": 0, "len": 4, "st": "b"}]
NOBODYS = "nội dung do Zalo ghi hoặc do ứng dụng không chính thức gửi"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        yield made


def post(bot: Rig, shape: RawDict, by: str = MEMBER) -> None:
    bot.push("", uidFrom=by, **shape)


def until_judged(bot: Rig) -> None:
    """An ordinary message, sent after everything else, is judged."""
    judged = bot.judged()
    bot.say("Kính gửi các đồng chí", MEMBER)
    bot.until(lambda: bot.judged() > judged, "all is judged")


def nobodys(bot: Rig) -> list[str]:
    return [text for text in bot.told(ADMIN) if NOBODYS in text]


def accused(bot: Rig) -> int:
    return int(bot.query("SELECT count(*) FROM cases")[0][0])


def activity(bot: Rig) -> dict[str, Any]:
    figures: dict[str, Any] = bot.report()["activity"]
    return figures


def test_pins_and_votes_are_no_messages_and_make_no_noise(bot: Rig) -> None:
    until_judged(bot)
    before, sent = activity(bot), len(bot.sent())
    post(bot, system_line("%1$s đã ghim một tin nhắn", ["Lan"], "action.groupchat.jump.msg") | {"st": 5})
    post(bot, system_line("%1$s " + UNMARKED, ["Lan"]), LEADER)
    announced = poll("Họp giao ban vào ngày nào", ["Thứ hai", "Thứ ba"], 7)
    post(bot, announced)
    for _ in range(3):
        post(bot, vote_in(announced), somebody())
    until_judged(bot)
    after = activity(bot)
    assert after["messages"] - before["messages"] == 2  # the poll's announcement and the last message
    assert after["senders"] == before["senders"]
    assert after["changes"] - before["changes"] == 0
    assert (accused(bot), len(bot.sent())) == (0, sent)
    assert bot.query("SELECT count(*) FROM events WHERE kind = 'system_notice'") == [(5,)]


@pytest.mark.parametrize(
    "shape", [reminder_card(SECRET, "Nhắc hẹn"), vote_in(poll(SECRET + " hai", ["Có"], 8))], ids=["reminder", "vote"]
)
def test_a_secret_in_a_reminder_or_a_vote_is_told_once_and_accuses_nobody(bot: Rig, shape: RawDict) -> None:
    told = len(nobodys(bot))
    voters = [somebody(), somebody()]
    for uid in voters:
        post(bot, shape, uid)
    bot.until(lambda: len(nobodys(bot)) > told, "the admin is told")
    until_judged(bot)
    assert len(nobodys(bot)) == told + 1
    assert accused(bot) == 0
    assert [bot.told(uid) for uid in (*voters, GROUP)] == [[], [], []]
    sealed = bot.query("SELECT body, sender_uid FROM inbox WHERE seal_rule IS NOT NULL AND kind = 'notice'")
    assert {body for body, _ in sealed} == {None}


def test_a_bad_link_behind_a_forged_action_is_told_and_accuses_nobody(bot: Rig) -> None:
    told = len(nobodys(bot))
    forged = system_line("%1$s đã ghim một tin nhắn", ["Lan"])
    forged["content"]["thumb"] = BAD_LINK
    post(bot, forged, author := somebody())
    bot.until(lambda: len(nobodys(bot)) > told, "the admin is told")
    assert (accused(bot), bot.told(author)) == (0, [])


def test_formatted_text_is_a_directive_and_is_checked_for_marks(bot: Rig) -> None:
    post(bot, styled_text(ORDER, BOLD), LEADER)
    bot.until(lambda: bot.query("SELECT state FROM directives") == [("open",)], "the directive is in the ledger")
    post(bot, styled_text(UNMARKED, BOLD), author := somebody())
    number = bot.case_of(author).removeprefix("VP")
    assert bot.query("SELECT label FROM cases WHERE id = ?", int(number)) == [("no_diacritics",)]


def test_a_photo_whose_content_is_json_text_is_scanned(bot: Rig) -> None:
    [put] = bot.control("put", files=[{"name": "anh.jpg", "sample": "stamped_photo", "kind": "photo"}])["files"]
    photo = put["message"] | {"content": json.dumps(put["message"]["content"])}
    post(bot, photo, author := somebody())
    assert "Tệp, ảnh: có dấu độ mật" in bot.told_of(bot.case_of(author), ADMIN)[0]
