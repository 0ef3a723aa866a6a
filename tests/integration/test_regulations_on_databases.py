"""A group under a regulation of its own, from the message to what people are told, on both databases."""

from datetime import timedelta

from tests.integration.line import ADMIN, LEADER, STAMPED, Line, line
from tests.integration.test_notices_on_databases import SECRET, told
from tests.unit.storage.stored import GROUP, MEMBER, HandClock
from zalo_governor.domain.attachments import ScanFinding, ScanResult
from zalo_governor.domain.findings import Severity
from zalo_governor.storage.engine.database import Database


def sticker(bot: Line) -> None:
    bot.say(bot.message(msgType="chat.sticker", content={"id": 1, "catId": 2, "type": 7}))


def test_a_rule_in_yaml_asks_the_member_in_its_own_words_and_not_too_often(
    database: Database, clock: HandClock
) -> None:
    with line(database, clock, regulation="dak-lak") as bot:
        sticker(bot)
        bot.say(bot.message("Cửa hàng em giảm giá sốc cuối tuần"))
        bot.say(bot.message("kinh gui cac dong chi lich hop giao ban tuan toi cua tinh"))
        asked, alerts = told(bot, MEMBER), told(bot, ADMIN)
        clock.forward(seconds=timedelta(hours=3).seconds)
        sticker(bot)
        assert len(told(bot, MEMBER)) == 2
    assert "khoản 4 Điều 2 Quy chế: trên Nhóm không dùng biểu tượng thể hiện cảm xúc cá nhân." in asked[0]
    assert "khoản 5 Điều 2 Quy chế: trên Nhóm không quảng cáo" in asked[1]
    assert len(asked) == 2
    assert "biểu tượng cảm xúc cá nhân" in " ".join(alerts)


def test_a_secret_is_stored_nowhere_and_cites_the_law_where_the_regulation_is_silent(
    database: Database, clock: HandClock
) -> None:
    with line(database, clock, regulation="hoc-vien-nong-nghiep") as bot:
        bot.say(bot.message(SECRET))
        (alert,) = told(bot, ADMIN)
    assert "Điều 5 Luật Bảo vệ bí mật nhà nước" in alert


def test_what_a_rule_must_know_beyond_the_message_is_looked_up(database: Database, clock: HandClock) -> None:
    with line(database, clock) as bot:
        bot.say(bot.message("Vâng"))
        assert bot.units.position(bot.account, MEMBER) == "Giám đốc Sở Y tế"
        assert bot.units.position(bot.account, "7") == ""
        assert bot.units.joined_at(bot.account, GROUP, MEMBER) is None
        order = bot.message("Giao Sở Y tế báo cáo tình hình dịch trước 17h00 ngày 26/11", by=LEADER)
        bot.say(order)
        assert bot.units.is_directive(GROUP, order["msgId"])
        assert not bot.units.is_directive(GROUP, "1")


def test_what_a_scan_finds_is_cited_by_the_groups_regulation_or_not_told(database: Database, clock: HandClock) -> None:
    virus = ScanFinding(rule_id="4.4-tep-dinh-kem", clause="4.4", severity=Severity.MAJOR, label="virus")
    with line(database, clock, regulation="dak-lak") as bot:
        bot.say(bot.photo("ảnh"))
        bot.scan(ScanResult(type="image/png", size=8, findings=(virus,)))
        assert told(bot, ADMIN) == []
        bot.say(bot.photo("ảnh", name="khac"))
        bot.scan(STAMPED)
        (alert,) = told(bot, ADMIN)
    assert "(khoản 1 Điều 2)" in alert
