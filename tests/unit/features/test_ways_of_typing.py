"""Every command in all the ways in which people type it on a phone, each answered as the person expects."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from tests.unit.features.command_table import TABLE
from tests.unit.features.desk import BOT, GROUP, UIDS, UNMARKED, Desk, to
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.events import MessageRecalled, MessageRef
from zalo_governor.features.chat.command_book import commands_by_word
from zalo_governor.features.registry import COMMANDS as KINDS
from zalo_governor.text.fold import fold

COMMANDS = commands_by_word(Desk().policy, KINDS)
READ = {"baocao", "giaoviec", "vipham", "trangthai", "thanhvien", "trogiup"}
"""What questions in people's own words lead to; without a code, these only show something."""
ALIKE: dict[str, Callable[[str], str]] = {
    "as it is": lambda line: line,
    "without marks": fold,
    "in capitals": str.upper,
    "without slash": lambda line: line.removeprefix("/"),
    "full-width slash and spaces": lambda line: "  ／" + line.removeprefix("/") + "  ",
    "as Macs compose": lambda line: unicodedata.normalize("NFD", line),
    "with a full stop": lambda line: line + ".",
}


def person_for(word: str) -> str:
    people = TABLE[word].people
    return "admin" if "admin" in people else sorted(people)[0]


def rows() -> Iterator[tuple[str, str]]:
    for word in COMMANDS:
        for way in ALIKE:
            if word != "themdau" or way not in {"in capitals", "with a full stop"}:  # they change what is asked about
                yield word, way


@pytest.mark.parametrize(("word", "way"), list(rows()))
def test_a_command_is_understood_however_it_is_typed(word: str, way: str) -> None:
    row, desk, who = TABLE[word], Desk(), person_for(word)
    desk.say(who, ALIKE[way](row.line), place="private")
    assert row.without_cases in to(desk.take(), who)[0]
    assert (desk.actions()[-1], desk.store.audited[-1]["subject"]) == ("command", word)


@pytest.mark.parametrize("frame", ["cho tôi xem {} nhé", "Đề nghị {} ạ", "xin {}"])
@pytest.mark.parametrize("word", COMMANDS)
def test_words_of_politeness_lead_to_what_is_only_read_and_to_no_decision(word: str, frame: str) -> None:
    row, desk, who = TABLE[word], Desk(), person_for(word)
    line = frame.format(row.line.removeprefix("/"))
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say(who, line, place="private")
    assert to(desk.take(), who)
    if COMMANDS[word].forgiving:
        assert (desk.actions()[-1], desk.store.audited[-1]["subject"]) == ("command", word)
    else:
        assert desk.states() == ["reminded"]
        assert {one["subject"] for one in desk.store.audited if one["action"] == "command"} <= READ


def test_among_several_codes_a_suspected_secret_is_decided_alone() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.seal("leadership")
    for line in ("/xacnhan VP1 VP2", "/baonham VP1 VP2 nhầm"):
        desk.take()
        desk.say("admin", line, place="private")
        [text] = to(desk.take(), "admin")
        assert "VP2: chưa thực hiện, vì có thể liên quan bí mật nhà nước" in text
        assert desk.states()[0] == ("confirmed" if "xacnhan" in line else "false_alarm")
        assert desk.states()[1] == "new"


@pytest.mark.parametrize(
    "hint", ["(…)", "(có thể kèm ý kiến)", "(có thể kèm ý kiến): báo cáo Trưởng nhóm", "(báo cáo Trưởng nhóm)"]
)
def test_a_hint_typed_with_the_command_is_no_remark_to_the_leader(hint: str) -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("admin", f"/chuyen VP1 {hint}", place="private")
    assert "Ý kiến" not in to(desk.take(), "leader")[0]


def test_a_review_asks_for_its_reason() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    for who in ("admin", "member"):
        desk.take()
        desk.say(who, "/xemlai VP1", place="private")
        assert "/xemlai VP1 đây là" in to(desk.take(), who)[0]
        assert desk.states() == ["reminded"]


@pytest.mark.parametrize("word", COMMANDS)
def test_a_missing_rest_is_asked_for_and_changes_nothing(word: str) -> None:
    desk, who = Desk(), person_for(word)
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say(who, f"/{word}", place="private")
    assert to(desk.take(), who)
    assert (desk.actions()[-1], desk.store.audited[-1]["subject"]) == ("command", word)
    assert desk.states() == ["reminded"]


@pytest.mark.parametrize("code", ["VP999", "vp 999", "999", "#999"])
@pytest.mark.parametrize("word", [word for word, row in TABLE.items() if " VP1" in row.line])
def test_a_wrong_code_is_said_to_be_nobodys(word: str, code: str) -> None:
    desk, who = Desk(), person_for(word)
    desk.say(who, TABLE[word].line.replace("VP1", code), place="private")
    [text] = to(desk.take(), who)
    assert "Không có" in text
    assert "VP999" in text


@pytest.mark.parametrize("codes", ["VP1 VP2", "vp1, vp2", "VP1 và VP2", "1, 2", "VP1,VP2,VP1"])
@pytest.mark.parametrize("word", [word for word, command in COMMANDS.items() if command.several])
def test_several_codes_are_carried_out_one_by_one(word: str, codes: str) -> None:
    desk, who = Desk(), person_for(word)
    for _ in range(2):
        desk.say("member", "noi dung", UNMARKED)
        desk.later(hours=30)
    desk.take()
    desk.say(who, f"/{word} {codes} lý do chung" if word in {"baonham", "ghichu", "chuyen"} else f"/{word} {codes}",
             place="private")  # fmt: skip
    [text] = to(desk.take(), who)[-1:]
    assert "VP1" in text
    assert "VP2" in text
    assert desk.store.audited[-1]["about"] == "VP1, VP2"


@pytest.mark.parametrize("reason", ["2 tin đều là tên riêng", "2 đồng chí đã gọi", "2/11 đã sửa", "2:30 đã gọi"])
@pytest.mark.parametrize("word", ["baonham", "ghichu", "chuyen", "xemlai"])
def test_what_is_counted_or_dated_after_a_comma_is_no_further_code(word: str, reason: str) -> None:
    desk = Desk()
    for _ in range(2):
        desk.say("member", "noi dung", UNMARKED)
        desk.later(hours=30)
    other = desk.store.book[2]
    desk.say("admin", f"/{word} VP1, {reason}", place="private")
    assert desk.store.audited[-1]["about"] == "VP1"
    assert desk.store.book[2] == other
    desk.say("admin", "/xem VP1", place="private")
    assert reason in to(desk.take(), "admin")[-1]


def test_a_number_in_a_reason_is_no_code() -> None:
    desk = Desk()
    for _ in range(2):
        desk.say("member", "noi dung", UNMARKED)
        desk.later(hours=30)
    desk.say("admin", "/baonham VP1 2 chữ này là tên riêng", place="private")
    assert desk.states() == ["false_alarm", "reminded"]


@pytest.mark.parametrize("line", ["xem 1", "xác nhận 1", "bao nham 1 tên riêng nước ngoài", "thanh vien"])
def test_in_private_the_desk_needs_neither_slash_nor_letters(line: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", line, place="private")
    assert desk.actions()[-1] == "command"


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("cho tôi báo cáo tháng 10", "BÁO CÁO HOẠT ĐỘNG"),
        ("xin báo cáo tuần này ạ", "BÁO CÁO HOẠT ĐỘNG"),
        ("tình hình nhóm thế nào?", "BÁO CÁO HOẠT ĐỘNG"),
        ("gửi tôi báo cáo hôm qua nhé", "BÁO CÁO HOẠT ĐỘNG"),
        ("ai chưa trả lời chỉ đạo?", "chỉ đạo"),
        ("còn đơn vị nào chưa báo cáo", "chỉ đạo"),
        ("ai chưa trả lời chỉ đạo sáng nay?", "không có chỉ đạo nào"),
        ("báo cáo tuần trước bạn chưa gửi tôi", "tuần từ ngày 16/11 đến ngày 22/11/2026"),
        ("Tháng 9 nhóm mình làm được những chi em?", "tháng 9/2026"),
        ("hôm qua nhóm có chuyện gì", "ngày 23/11/2026"),
        ("trong nhóm có ai lạ không", "chưa có danh sách thành viên"),
        ("bot còn sống không", "thông suốt"),
        ("có vi phạm gì mới không", "BÁO CÁO HOẠT ĐỘNG"),
        ("mày làm được những gì", "Các lệnh thường dùng"),
        ("việc giao Sở Y tế đến đâu rồi?", "chưa thấy chỉ đạo nào khớp"),
    ],
)
@pytest.mark.parametrize("way", ["as it is", "without marks", "in capitals", "as Macs compose"])
def test_the_chairmans_own_words_are_understood(line: str, begins: str, way: str) -> None:
    desk = Desk()
    desk.say("leader", ALIKE[way](line), place="private")
    [text] = to(desk.take(), "leader")
    if "command" in desk.actions():
        assert begins in text
    else:  # Marks tell words apart: without them the program may be unsure, and shows what may be meant.
        assert way != "as it is"
        assert "chưa chắc đồng chí muốn xem gì" in text


@pytest.mark.parametrize(
    "line",
    ["nhắc Sở Y tế nộp báo cáo giùm tôi", "đóng việc chợ cóc đi", "gia hạn cho Sở Xây dựng thêm hai ngày", "xóa vụ đó",
     "coi như Sở Y tế đã trả lời", "đưa người lạ ra khỏi nhóm", "xác nhận vi phạm đó", "cảm ơn em", "mai mưa không"],
)  # fmt: skip
def test_a_wish_to_change_something_and_talk_change_nothing(line: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("leader", line, place="private")
    assert len(to(desk.take(), "leader")) == 1
    assert desk.states() == ["reminded"]
    assert {one["subject"] for one in desk.store.audited if one["action"] == "command"} <= READ


def test_an_unclear_question_is_answered_with_three_commands_that_the_person_may_use() -> None:
    desk = Desk()
    desk.say("leader", "STC tuần này vi phạm", place="private")
    [text] = to(desk.take(), "leader")
    rows = [row for row in text.split("\n") if row.startswith("- /")]
    assert len(rows) == 3
    assert "/vipham" not in text


def test_questions_of_people_without_a_role_are_no_commands() -> None:
    desk = Desk()
    desk.say("member", "ai chưa trả lời chỉ đạo sáng nay?", place="private")
    assert "chỉ hiểu các lệnh" in to(desk.take(), "member")[0]


def test_after_wrong_words_only_what_may_be_read_is_suggested() -> None:
    desk = Desk()
    desk.say("admin", "/tinh hinh", place="private")
    [text] = to(desk.take(), "admin")
    assert "/baocao" in text
    assert "/trangthai" in text
    for deciding in ("/xacnhan", "/baonham", "/xoa", "/moira", "/chuyen"):
        assert deciding not in text


def test_cases_are_listed_by_gravity_and_by_agency() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.seal("member")
    desk.take()
    desk.say("admin", "/vipham khẩn", place="private")
    [urgent] = to(desk.take(), "admin")
    assert "VP2" in urgent
    assert "VP1:" not in urgent
    desk.say("admin", "/vipham UBND xã Mẫu", place="private")
    assert "VP1" in to(desk.take(), "admin")[0]
    desk.say("admin", "/vipham Sở Y tế", place="private")
    assert "Không có vụ việc" in to(desk.take(), "admin")[0]


@pytest.mark.parametrize("line", ["/vipham VP1", "vi pham vp 1"])
def test_the_code_of_a_case_is_no_page_of_an_agency(line: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", line, place="private")
    assert "Không có vụ việc" not in to(desk.take(), "admin")[0]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_agency_is_read_whole_however_its_letters_are_composed(form: Literal["NFC", "NFD"]) -> None:
    desk = Desk()
    desk.say("admin", unicodedata.normalize(form, "/vipham Trung tâm Phục vụ hành chính công trang 2"), place="private")
    assert "của Trung tâm Phục vụ hành chính công trên" in to(desk.take(), "admin")[0]


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("decision", ["/xacnhan VP1", "/baonham VP1 tên riêng"])
def test_a_decision_is_taken_back_within_ten_minutes_by_who_made_it(decision: str, *, sealed: bool) -> None:
    desk = Desk()
    if sealed:
        desk.seal("member")
    else:
        desk.say("member", "noi dung", UNMARKED)
    before = desk.store.book[1]
    desk.say("admin", decision, place="private")
    decided = desk.store.book[1]
    assert "/hoantac VP1" in to(desk.take(), "admin")[-1]
    desk.say("admin_staff", "/hoantac VP1", place="private")
    assert desk.store.book[1] == decided
    desk.say("admin", "/hoantac VP1", place="private")
    after = desk.store.book[1]
    assert (after.state, after.due_at, after.desk_due_at) == (before.state, before.due_at, before.desk_due_at)
    desk.say("admin", "/hoantac VP1", place="private")
    assert "không có quyết định nào" in to(desk.take(), "admin")[-1]


def test_the_leader_who_was_told_of_a_case_is_not_told_again_when_the_decision_is_taken_back() -> None:
    desk = Desk()
    desk.seal("member")
    for line in ("/xacnhan VP1", "/chuyen VP1 kính báo cáo đồng chí", "/hoantac VP1"):
        desk.say("admin", line, place="private")
    told = desk.store.book[1]
    desk.tick(minutes=20)
    assert desk.store.book[1] == told
    assert told.leader_told_by == desk.person("admin").id
    assert len(to(desk.take(), "leader")) == 1


def test_what_was_taken_back_is_not_decided_again_by_taking_back_once_more() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    for line in ("/xacnhan VP1", "/baonham VP1 tên riêng", "/hoantac VP1", "/hoantac VP1"):
        desk.say("admin", line, place="private")
    assert desk.states() == ["confirmed"]
    assert "không có quyết định nào" in to(desk.take(), "admin")[-1]


def test_a_decision_taken_back_after_the_message_was_recalled_leaves_the_case_remedied() -> None:
    desk = Desk()
    key = desk.say("member", "noi dung", UNMARKED).key
    desk.say("admin", "/xacnhan VP1", place="private")
    gone = MessageRecalled(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
    )
    desk.hear(gone)
    desk.say("admin", "/hoantac VP1", place="private")
    assert desk.states() == ["remedied"]
    assert "đã khắc phục" in to(desk.take(), "admin")[-1]


def test_who_explained_only_after_a_decision_is_not_told_that_one_never_heard_of_was_taken_back() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.later(minutes=1)
    desk.say("member", "/giaitrinh VP1 tôi gõ vội", place="private")
    desk.take()
    desk.say("admin", "/hoantac VP1", place="private")
    assert to(desk.take(), "member") == []


def test_after_ten_minutes_a_decision_stands() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.later(minutes=11)
    desk.say("admin", "/hoantac VP1", place="private")
    assert desk.store.book[1].state is CaseState.CONFIRMED


def test_who_was_told_of_a_false_alarm_is_told_that_it_was_taken_back() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.say("member", "/giaitrinh VP1 tôi gõ vội", place="private")
    desk.say("admin", "/baonham VP1 tên riêng", place="private")
    desk.take()
    desk.say("admin", "/hoantac VP1", place="private")
    assert "đã hủy quyết định vừa thông báo về vụ việc VP1" in to(desk.take(), "member")[0]
    desk.say("member", "noi dung", UNMARKED)
    assert len(desk.store.book) == 1 or desk.store.book[2].state is not CaseState.FALSE_ALARM


def test_a_secret_that_was_no_false_alarm_after_all_is_cited_without_brackets_in_brackets() -> None:
    desk = Desk()
    desk.seal("member")
    desk.deliver()
    desk.say("admin", "/baonham VP1 đã công bố", place="private")
    desk.take()
    desk.say("admin", "/hoantac VP1", place="private")
    assert "vụ việc VP1 (khoản 1 Điều 4 Quy chế, bí mật nhà nước) trên" in to(desk.take(), "member")[0]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("dạ xác nhận VP1 nhé", "/xacnhan VP1"),
        ("XÁC NHẬN VP1 RỒI NHÉ", "/xacnhan VP1"),
        ("xac nhan vp1 a", "/xacnhan vp1"),
        ("đề nghị xóa VP1 giúp tôi", "/xoa VP1"),
    ],
)
def test_a_decision_among_words_of_politeness_is_not_made_but_shown_as_it_has_to_be_typed(
    line: str, meant: str
) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", line, place="private")
    [text] = to(desk.take(), "admin")
    assert f"đề nghị gửi đúng: {meant}" in text
    assert desk.states() == ["reminded"]


@pytest.mark.parametrize(
    "line", ["/baonham VP1 tên riêng; /xacnhan VP2", "bao nham vp1 ten rieng; xac nhan vp2", "/ghichu VP1 rõ, /xoa VP2"]
)
def test_of_two_commands_in_one_message_none_is_carried_out_and_it_is_said(line: str) -> None:
    desk = Desk()
    for _ in range(2):
        desk.say("member", "noi dung", UNMARKED)
        desk.later(hours=30)
    desk.take()
    desk.say("admin", line, place="private")
    [text] = to(desk.take(), "admin")
    assert "mỗi tin Hệ thống chỉ thực hiện một lệnh" in text
    assert desk.states() == ["reminded", "reminded"]


def test_a_slash_or_semicolon_in_a_reason_is_no_second_command() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.say("admin", "/baonham VP1 theo công văn 12/UBND-VP; xem lại quy định", place="private")
    assert desk.states() == ["false_alarm"]


def test_a_command_without_its_rest_is_said_to_be_incomplete() -> None:
    desk = Desk()
    desk.say("admin", "/hoantac", place="private")
    assert "Lệnh còn thiếu phần sau" in to(desk.take(), "admin")[0]


def test_a_secret_that_was_recalled_stays_listed_until_somebody_decides() -> None:
    desk = Desk()
    key = desk.seal("member").key
    gone = MessageRecalled(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
    )
    desk.hear(gone)
    assert desk.states() == ["remedied"]
    for line in ("/vipham", "/vipham khẩn"):
        desk.take()
        desk.say("admin", line, place="private")
        assert "VP1" in to(desk.take(), "admin")[0]
    desk.say("admin", "/baonham VP1 bản mẫu để tập huấn", place="private")
    desk.take()
    desk.say("admin", "/vipham khẩn", place="private")
    assert "VP1" not in to(desk.take(), "admin")[0]
