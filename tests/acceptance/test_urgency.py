"""The real bot: what is seconds old is told within seconds, however it was heard; and nobody writes unnoticed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import ADMIN, BOT, GROUP, MEMBER, Rig, rig, somebody
from zalo_governor.cli.demo.processes import ask
from zalo_governor.domain.clock import system_clock, to_ms

SECRET = "Em gửi các đồng chí văn bản tuyệt mật số {}/KH-GIẢ ĐỊNH để nghiên cứu trước"
HISTORY = "/api/cm/getrecentv2"
HOURS_MS = 3 * 3_600_000
SOON = 15.0
"""Seconds from the end of a cut to the alert, on a machine that has other things to do as well."""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        made.say("Tin trước khi mất mạng")
        yield made


def test_a_secret_of_a_short_cut_is_told_as_one_that_came_live(bot: Rig) -> None:
    author = somebody()
    _cut(bot, {"_text": SECRET.format(1), "uidFrom": author})
    bot.until(lambda: bool(bot.told(author)), "its author is asked", timeout=SOON)
    case = bot.case_of(author)
    [alert] = bot.told_of(case, ADMIN)
    assert alert.startswith(f"KHẨN, bí mật nhà nước: {case}")
    assert "chậm" not in alert
    assert "đề nghị đồng chí kiểm tra, nếu đúng thì thu hồi ngay" in bot.told(author)[0].replace("Đề", "đề")


def test_a_secret_in_a_frame_that_could_not_be_read_is_told_as_one_that_came_live(bot: Rig) -> None:
    author = somebody()
    said = {"_text": SECRET.format(2), "uidFrom": author}
    bot.control("hist", messages=[said])
    bot.control("push", frames=[{"bad_tag": True, "data": {"groupMsgs": [said]}}])
    assert "KHẨN" in bot.told_of(bot.case_of(author), ADMIN)[0]
    assert len(bot.told(author)) == 1


def test_an_old_secret_is_told_at_once_and_its_author_is_asked(bot: Rig) -> None:
    author = somebody()
    _cut(bot, {"_text": SECRET.format(3), "uidFrom": author, "ts": str(to_ms(system_clock()) - HOURS_MS)})
    [alert] = bot.told_of(bot.case_of(author), ADMIN)
    assert "KHẨN" in alert
    assert "muộn 3 giờ" in alert
    assert "(Hệ thống vừa nhận được)" in bot.told(author)[0]


def test_several_secrets_of_one_cut_are_one_message_that_names_each(bot: Rig) -> None:
    authors = [somebody() for _ in range(3)]
    told = len(bot.told(ADMIN))
    _cut(bot, *({"_text": SECRET.format(10 + number), "uidFrom": uid} for number, uid in enumerate(authors)))
    bot.until(lambda: all(bot.told(uid) for uid in authors), "all are asked")
    bot.until(lambda: len(bot.told(ADMIN)) > told, "the desk is told")
    [alert] = [text for text in bot.told(ADMIN)[told:] if "KHẨN" in text]
    assert alert.startswith("KHẨN: VP")
    assert all(f"- {bot.case_of(uid)}: " in alert for uid in authors)


def test_a_stranger_is_noticed_at_the_first_message_and_nobody_asks_for_a_proper_name(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        rows = ("Họ tên,Chức vụ,Zalo uid,Điện thoại", f"Lò Văn Mẫu,Chuyên viên,{MEMBER},")
        (tmp_path / "danh-sach.csv").write_text("\n".join(rows), encoding="utf-8")
        ask(["roster", "import", str(tmp_path / "danh-sach.csv"), "--yes", "--config", str(made.config)])
        stranger = somebody()
        made.control("world", people=[{"uid": stranger, "name": "Hùng Xây Dựng 88"}])
        made.control("world", groups=[{"id": GROUP, "members": [BOT, MEMBER, ADMIN, stranger]}])
        made.say("Chào các đồng chí", stranger)
        made.until(lambda: any("Hùng Xây Dựng 88" in text for text in made.told(ADMIN)), "the desk is told", timeout=40)
        [told] = [text for text in made.told(ADMIN) if "Hùng Xây Dựng 88" in text]
        assert "khoản 5 Điều 4" in told
        assert made.told(stranger) == []
        asked = "SELECT count(*) FROM cases c JOIN person_uids u USING (person_id) WHERE clause = '3.2' AND uid = ?"
        assert made.query(asked, stranger) == [(0,)]


def test_a_gap_that_zalo_refused_to_fill_is_whole_once_the_next_start_has_filled_it(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.say("Tin trước khi mất mạng")
        made.until(lambda: made.judged() == 1, "it is heard")
        made.control("config", inner={HISTORY: [166, "no permission"]}, old=False)
        _cut(made, {"_text": "Tin thứ nhất"}, {"_text": "Tin thứ hai"})
        made.until(lambda: _gaps(made) == [(0, 0)], "the gap is given up")
        made.control("config", inner={}, old=True)
        made.kill_bot()
        made.start_bot()
        made.until(lambda: len(_gaps(made)) == 2, "what was missed is fetched")
        assert sum(recovered for recovered, _ in _gaps(made)) == 2
        assert all(gap["closed"] for gap in made.report()["coverage"]["gaps"])


def _cut(made: Rig, *messages: dict[str, str]) -> None:
    """The line breaks, this is said while nobody hears it, and the line comes back."""
    made.control("config", handshake=503)
    made.control("abort")
    made.control("hist", messages=[{"uidFrom": MEMBER} | message for message in messages])
    made.control("config", handshake=None)


def _gaps(made: Rig) -> list[tuple[int, int]]:
    rows = made.query("SELECT recovered, closed FROM gaps WHERE group_id = ? AND NOT pending ORDER BY id", GROUP)
    return [(recovered, closed) for recovered, closed in rows]
