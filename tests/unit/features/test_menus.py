"""What /trogiup and /trangthai show first: what the reader does most, and what needs attention."""

import re

import pytest

from tests.unit.features.desk import PEOPLE, Desk, to
from zalo_governor.features.registry import COMMANDS
from zalo_governor.pipeline.outbox import MARK_BYTES, TEXT_BYTES

WORDS = {command.word: command for command in COMMANDS}


def ask(desk: Desk, who: str, line: str) -> str:
    desk.take()
    desk.say(who, line, place="private")
    (answer,) = to(desk.take(), who)
    return answer


def commands_in(answer: str) -> list[str]:
    """Return the word of each command that has a line in the answer, in order."""
    return re.findall(r"^- /(\w+)", answer, re.MULTILINE)


def test_the_leader_sees_five_commands_the_report_first() -> None:
    answer = ask(Desk(), "leader", "/trogiup")
    assert commands_in(answer) == ["baocao", "giaoviec", "duyet", "thanhvien", "trangthai"]
    assert "/trogiup tất cả" in answer


@pytest.mark.parametrize("who", PEOPLE)
def test_the_menu_is_short_and_names_only_what_the_reader_may_use(who: str) -> None:
    desk = Desk()
    answer = ask(desk, who, "/trogiup")
    assert len(answer) <= 400
    shown = commands_in(answer)
    assert 3 <= len(shown) <= 7
    assert all(WORDS[word](desk.policy).allowed(desk.person(who), desk.policy.governed) for word in shown)


@pytest.mark.parametrize("line", ["/trogiup tất cả", "/trợ giúp tat ca", "trogiup tất cả"])
def test_all_commands_stay_within_reach_in_one_message_with_room(line: str) -> None:
    answer = ask(Desk(), "admin", line)
    assert len(answer.encode()) <= TEXT_BYTES - MARK_BYTES
    assert "- /xong, /molai, /giahan, /nhac, /giao, /bo kèm mã CĐ1" in answer
    assert "/xong" not in ask(Desk(), "member", line)
    assert set(commands_in(answer)) >= {"vipham", "xem", "ghinhan", "moira", "ghim", "baocao", "batdau", "trogiup"}


def test_the_menu_of_the_desk_begins_with_the_cases() -> None:
    for who in ("admin", "admin_staff"):
        assert commands_in(ask(Desk(), who, "/trogiup"))[:4] == ["vipham", "xem", "xacnhan", "baonham"]


def test_the_state_has_short_lines_and_no_figure_of_zero() -> None:
    answer = ask(Desk(), "admin", "/trangthai")
    assert len(answer) <= 1_000
    assert not re.search(r"(?<![\d:/])0 ", answer)
    assert all(len(line) <= 160 for line in answer.splitlines())
    assert answer.splitlines()[1] in {"Cần chú ý:", "Hệ thống hoạt động bình thường."}
