"""One full life of a case, and what a kill makes of its steps: the real process beside the simulator."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.rig import ADMIN, LEADER, Rig, rig, somebody
from zalo_governor.domain.clock import local, system_clock, to_ms

TEXT = "De nghi cac so gui so lieu giai ngan thang nay truoc ngay hai muoi lam de tong hop"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        yield made


def test_a_case_from_its_first_message_to_the_last_word(bot: Rig) -> None:
    member, other = somebody(), somebody()
    bot.say(TEXT, member, dName="Chảo Láo Lở - Chuyên viên")
    code = bot.case_of(member)
    assert f"/giaitrinh {code}" in bot.told_of(code, member)[0]
    assert "Không có vụ việc" in bot.answer(other, f"/giaitrinh {code} tôi biết")[0]
    bot.answer(member, f"giải trình {code} Tôi gõ vội khi đi đường")
    bot.until(lambda: any("gõ vội" in text for text in bot.told(ADMIN)), "the desk reads the explanation")
    bot.answer(ADMIN, f"/ghichu {code} đã gọi điện cho xã")
    [shown] = bot.answer(ADMIN, f"/xem {code}")
    assert "Giải trình của" in shown
    assert "đã gọi điện cho xã" in shown
    bot.answer(ADMIN, f"/xacnhan {code}")
    bot.until(lambda: any("xác định có vi phạm" in text for text in bot.told(member)), "the member reads the outcome")
    assert "Đã chuyển đề nghị" in bot.answer(member, f"/xemlai {code} đây là tên riêng")[0]
    bot.answer(ADMIN, f"/chuyển {code} đề nghị cho ý kiến")
    assert "đề nghị cho ý kiến" in bot.told_of(code, LEADER)[0]
    bot.answer(ADMIN, f"/baonham {code} tên riêng")
    assert _state(bot, code) == "false_alarm"

    again = bot.say(f"  {TEXT}", other)
    bot.until(lambda: again in bot.judged_keys(), "the same text is judged")
    assert bot.query("SELECT count(*) FROM findings WHERE false_alarm_of IS NOT NULL") == [(1,)]
    assert not bot.told(other)[1:]
    assert "Nội dung đã xác định là báo nhầm được đăng lại 1 lần" in bot.answer(ADMIN, "/baocao")[0]

    bot.answer(ADMIN, f"/xemlai {code} có ý kiến mới")
    key = bot.say(TEXT, other)
    last = bot.case_of(other)
    bot.does(other, recall=key)
    bot.until(lambda: _state(bot, last) == "remedied", "the case closes by itself")
    assert "Thời gian đến khi khắc phục: " in bot.answer(ADMIN, f"/xem {last}")[0]


def test_what_the_night_kept_back_is_told_once_after_a_kill_and_every_word_is_kept_once(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        _let_it_be_night(made, until=timedelta(hours=2))
        made.start_bot()
        member, second = somebody(), somebody()
        made.say(TEXT, member)
        code = made.case_of(member)
        made.tell_bot(f"/giaitrinh {code} tôi gõ vội", member)
        made.kill_bot()
        made.start_bot()
        made.say(TEXT, second)
        other = made.case_of(second)
        made.kill_bot()
        assert not [text for text in made.told(ADMIN) if "dấu hiệu nhẹ" in text]
        # The night is over, and with it the time for which what is light was kept.
        _let_it_be_night(made, until=timedelta(seconds=1))
        with closing(sqlite3.connect(made.database)) as database, database:
            database.execute("UPDATE cases SET desk_due_ms = ? WHERE desk_due_ms IS NOT NULL", [to_ms(system_clock())])
        for _ in range(2):
            made.start_bot()
            made.until(lambda: bool(_digests(made, code)), "the digest is told")
            made.until(lambda: _all_sent(made), "everything is sent and known to be")
            made.kill_bot()
        [digest] = _digests(made, code)
        assert f"- {other}: " in digest
        # Nobody is written to at night about what is light.
        for uid, case in ((member, code), (second, other)):
            [asked] = [text for text in made.told(uid) if not text.startswith("(gửi lại)") and "có dấu hiệu" in text]
            assert case in asked
        # A command that was heard is carried out once, whenever the process died.
        assert made.query("SELECT kind, count(*) FROM case_notes GROUP BY kind") in ([], [("explanation", 1)])


def _digests(made: Rig, code: str) -> list[str]:
    return [text.removeprefix("(gửi lại) ") for text in made.told(ADMIN) if "dấu hiệu nhẹ" in text and code in text]


def _all_sent(made: Rig) -> bool:
    return made.query("SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)]


def _state(made: Rig, code: str) -> str:
    [(state,)] = made.query("SELECT state FROM cases WHERE id = ?", int(code.removeprefix("VP")))
    return str(state)


def _let_it_be_night(made: Rig, *, until: timedelta) -> None:
    """Quiet hours that began two hours ago and end so long from now."""
    now = local(system_clock())
    quiet = {"start": f"{now - timedelta(hours=2):%H:%M:%S}", "end": f"{now + until:%H:%M:%S}"}
    made.configure("escalation", quiet_hours=quiet)
