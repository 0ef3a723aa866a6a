"""Commands: who may ask what, from where, and what everybody then sees."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.unit.features.desk import (
    BOT,
    GROUP,
    GROUP_NAME,
    NOW,
    PEOPLE,
    SEALED,
    THREE_WAIT,
    UIDS,
    UNMARKED,
    Desk,
    escalation,
    to,
)
from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.domain.connection import Gap, LineState
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.events import (
    Attachment,
    MembersJoined,
    MessageRevised,
    NamedUid,
    NameObserved,
    Quote,
    SealedHeard,
)
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Reach
from zalo_governor.messaging.policy import LineStatus, ScanStatus
from zalo_governor.system.logging import MASKED, mask


def test_a_name_gives_no_rights() -> None:
    desk = Desk()
    desk.change("stranger", full_name="Nguyễn Văn Quản", title="Giám đốc Sở Mẫu", display_name="Nguyễn Văn Quản")
    desk.say("stranger", "/vipham", place="private")
    assert desk.actions() == ["command.refused"]


def test_the_log_says_which_command_and_nothing_masked() -> None:
    desk = Desk()
    with capture_logs() as logged:
        desk.say("leader", "/baocao tuần", place="private")
        desk.say("admin", "/xem VP1", place="private")
        desk.say("stranger", "/vipham", place="private")
    # `log_level` is what capture_logs adds.
    said = [{key: value for key, value in line.items() if key != "log_level"} for line in logged]
    lines = [mask(None, "info", line) for line in said if line["event"].startswith("command")]
    assert [line["command"] for line in lines] == ["baocao", "xem", "vipham"]
    assert all(MASKED not in {*line, *line.values()} for line in lines)


@pytest.mark.parametrize(
    "line", ["/baocao tuần", "/BÁO CÁO tuần", "bao cao tuan", "Báo cáo tuần này", "BAOCAO TUẦN", "/bao cao  tuan."]
)
def test_the_leader_is_understood_however_it_is_typed(line: str) -> None:
    desk = Desk()
    desk.say("leader", line, place="private")
    (text,) = to(desk.take(), "leader")
    assert "tuần từ ngày 23/11 đến ngày 24/11/2026" in text


@pytest.mark.parametrize("typed", ["báo nhầm 1 tin hôm qua", "Xác nhận 1 vụ đã xử lý", "xem 1 lần nữa"])
def test_what_counts_things_without_slash_touches_no_case(typed: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", typed, place="private")
    assert desk.states() == ["reminded"]
    assert "/trogiup" in to(desk.take(), "admin")[0]


def test_a_slash_before_an_ordinary_text_excuses_nothing_but_a_command_is_excused() -> None:
    desk = Desk()
    desk.say("admin", "/baocao tuan nay", UNMARKED)
    assert desk.store.book == {}
    desk.say("member", "/kinh gui cac dong chi", UNMARKED)
    desk.say("stranger", "/xem kinh gui cac dong chi bao cao", UNMARKED)
    assert len(desk.store.book) == 2


def test_of_two_accounts_that_hear_one_command_in_the_group_one_answers() -> None:
    desk = Desk()
    heard = desk.say("leader", "/baocao")
    assert len(desk.take()) == 2
    desk.hear(heard.model_copy(update={"account": "7000000000000000777"}))
    assert desk.take() == []


def test_asked_in_the_group_the_group_gets_one_line_and_the_leader_the_report() -> None:
    desk = Desk()
    desk.say("leader", "/baocao 01/10-31/10")
    posted = desk.take()
    [line] = [notice.text for notice in posted if notice.is_group]
    assert "đồng chí Lò Văn Chủ" in line
    assert "đã gửi báo cáo từ ngày 01/10/2026 đến ngày 31/10/2026 qua tin nhắn riêng" in line
    assert "BÁO CÁO" in to(posted, "leader")[0]
    assert all(notice.thread_id == GROUP for notice in posted if notice.is_group)


def test_who_takes_no_private_messages_learns_in_the_group_only_how_to_get_them() -> None:
    desk = Desk()
    desk.change("leader", reach=Reach.REFUSED)
    desk.say("leader", "/baocao")
    (line,) = [notice.text for notice in desk.take() if notice.is_group]
    assert "kết bạn" in line


def test_in_the_group_a_line_without_a_slash_is_talk() -> None:
    desk = Desk()
    for line in ("báo cáo hôm nay", "trợ giúp", "xem VP1", "Vâng", "/khonglenh", "//"):
        desk.say("admin", line)
    assert desk.take() == []
    # "Báo cáo hôm nay" may pass on a leader's order: the admins will be asked.
    assert {row["action"] for row in desk.store.audited} <= {"directive.proposed"}


def test_a_command_typed_without_marks_is_not_held_against_the_leader() -> None:
    desk = Desk()
    desk.say("leader", "/bao cao hom nay", UNMARKED)
    assert desk.store.book == {}
    desk.say("leader", "/bao cao gi ma lau the", UNMARKED)
    assert len(desk.store.book) == 1


def test_a_case_is_listed_shown_and_confirmed() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.store.excerpts[1] = "noi dung " * 20
    desk.store.suggestions[1] = "nội dung"
    desk.take()
    desk.say("admin_staff", "vi pham", place="private")
    assert (
        "VP1: Nhẹ, có dấu, Unicode; Giàng A Viên (Chủ tịch UBND xã Mẫu), 14:05; đã nhắc"
        in to(desk.take(), "admin_staff")[0]
    )
    desk.say("admin", "/xem vp1", place="private")
    (shown,) = to(desk.take(), "admin")
    excerpt = shown.split("Trích: ")[1].splitlines()[0]
    assert excerpt.startswith("noi dung")
    assert len(excerpt) <= 80
    assert "Câu có dấu (gợi ý): nội dung" in shown
    desk.say("admin", "xac nhan vp1", place="private")
    assert 'VP1 đã chuyển sang trạng thái "đã xác định vi phạm"' in to(desk.take(), "admin")[0]
    assert desk.states() == ["confirmed"]
    assert desk.store.book[1].state_by == desk.person("admin").id
    desk.say("admin", "/xacnhan VP1", place="private")
    assert 'đang ở trạng thái "đã xác định vi phạm"' in to(desk.take(), "admin")[0]
    desk.say("admin_staff", "/xacnhan VP1", place="private")
    [refused] = to(desk.take(), "admin_staff")
    assert re.search(r'trạng thái "đã xác định vi phạm", do .+ chuyển lúc \d', refused)


def test_a_sealed_case_never_shows_text_and_is_referred() -> None:
    desk = Desk()
    desk.seal("member")
    desk.store.excerpts[1] = "LỘ RA NGOÀI"
    desk.store.suggestions[1] = "LỘ RA NGOÀI"
    desk.take()
    for line in ("/vipham", "/xem VP1", "/baocao", "/trangthai", "/xacnhan VP1", "/xem VP1"):
        desk.say("admin", line, place="private")
    texts = to(desk.take(), "admin")
    assert not any("LỘ RA NGOÀI" in text for text in texts)
    assert "không lưu nội dung" in texts[1]
    assert "Vì sao: theo mô hình nhận dạng" in texts[1]
    assert "danh mục bí mật" not in texts[1]
    assert "đã chuyển cơ quan có thẩm quyền" in texts[4]
    assert desk.states() == ["referred"]


def test_a_case_of_another_clause_shows_no_excerpt() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED.model_copy(update={"rule_id": "4.2-khac", "clause": "4.2"}))
    desk.store.excerpts[1] = "LỘ RA NGOÀI"
    desk.take()
    desk.say("admin", "/xem 1", place="private")
    (shown,) = to(desk.take(), "admin")
    assert "LỘ RA NGOÀI" not in shown


def test_a_false_alarm_needs_a_reason_and_keeps_it() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin_staff", "/baonham VP1", place="private")
    assert "ghi lý do" in to(desk.take(), "admin_staff")[0]
    assert desk.states() == ["reminded"]
    desk.say("admin_staff", "bao nham vp1: Tên riêng {tiếng} nước ngoài", place="private")
    assert 'VP1 đã chuyển sang trạng thái "báo nhầm"' in to(desk.take(), "admin_staff")[0]
    assert desk.store.book[1].reason == "Tên riêng {tiếng} nước ngoài"
    desk.say("admin", "/xem VP1", place="private")
    assert "Ghi chú: Tên riêng {tiếng} nước ngoài" in to(desk.take(), "admin")[0]


def listed(desk: Desk, line: str) -> list[str]:
    """The codes, in their order, that the desk reads."""
    desk.say("admin", line, place="private")
    return re.findall(r"^- (VP\d+):", "\n".join(to(desk.take(), "admin")), re.MULTILINE)


@pytest.mark.parametrize("words", ["", "mở", "tất cả", "HÔM NAY"])
def test_every_case_can_be_listed_page_by_page_and_the_gravest_comes_first(words: str) -> None:
    desk = Desk(escalation=escalation(repeat_window_minutes=0))
    desk.seal("member")
    for _ in range(44):
        desk.say("member", "noi dung", UNMARKED)
        desk.later(seconds=1)
    desk.take()
    desk.say("admin", f"/vipham {words}", place="private")
    text = "\n".join(to(desk.take(), "admin"))
    assert ": 45\n" in text
    assert f"Trang 1/3; xem tiếp: /vipham {words.lower()} 2.".replace("  ", " ").replace("mở ", "") in text
    pages = [listed(desk, f"/vipham {words} {page}") for page in (1, 2, 3)]
    assert pages[0][:2] == ["VP1", "VP45"]
    assert [code for page in pages for code in page] == ["VP1", *(f"VP{number}" for number in range(45, 1, -1))]
    assert listed(desk, f"/vipham {words} trang 9") == pages[2], "beyond the end is the end"


@pytest.mark.parametrize(
    "line", ["/xem", "/themdau", "/xem abc", "/baocao ngày kia", "/vipham lạ", "/quyche abc", "/xacnhan VP1 là đúng"]
)
def test_a_wrong_rest_gets_the_way_to_write_it(line: str) -> None:
    desk = Desk()
    desk.say("admin", line, place="private")
    (text,) = to(desk.take(), "admin")
    assert "Cách viết" in text
    assert line.split(maxsplit=1)[0] in text


def test_talk_that_begins_like_a_command_is_not_taken_for_one() -> None:
    desk = Desk()
    desk.say("admin", "xem 5 đồng chí đã đến chưa", place="private")
    desk.say("admin", "báo cáo đồng chí, xã đã xong việc", place="private")
    assert all("chỉ hiểu các lệnh" in hint for hint in to(desk.take(), "admin"))


def test_help_lists_only_what_the_person_may_use() -> None:
    desk = Desk()
    desk.say("member", "trợ giúp", place="private")
    (text,) = to(desk.take(), "member")
    assert "/quyche" in text
    assert "/vipham" not in text
    assert "/baocao" not in text


@pytest.mark.parametrize(
    ("rest", "parts"),
    [
        (
            "",
            [
                "Quyết định số 01/QĐ-UBND ngày 01 tháng 02 năm 2026",
                "- Điều 4: khoản 1, 3, 5, 6",
                "- Điều 1 Quyết định: khoản 1",
            ],
        ),
        ("4", ["Khoản 1 Điều 4", "Khoản 6 Điều 4", "không kiểm tra được khoản này; Quản trị Nhóm tự ghi nhận vụ việc"]),
        ("điều 4", ["Khoản 1 Điều 4", "Khoản 6 Điều 4"]),
        ("khoản 6 điều 4", ["Khoản 6 Điều 4"]),
        ("dieu 4 khoan 6", ["Khoản 6 Điều 4"]),
        ("4.6", ["Khoản 6 Điều 4"]),
        ("QĐ 1.1", ["Khoản 1 Điều 1 Quyết định"]),
        ("9", ["Không có Điều 9 Quy chế"]),
    ],
)
def test_the_regulation_is_read_out(rest: str, parts: list[str]) -> None:
    desk = Desk()
    desk.say("member", f"/quyche {rest}", place="private")
    (text,) = to(desk.take(), "member")
    for part in parts:
        assert part in text


def test_a_sentence_that_needs_no_marks_is_said_to_be_fine() -> None:
    desk = Desk()
    desk.say("member", "thêm dấu họp lúc mấy giờ", place="private")
    (text,) = to(desk.take(), "member")
    assert "không có chỗ nào cần thêm dấu" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LineState.UP, "thông suốt từ 14:05 24/11/2026"),
        (LineState.DOWN, "gián đoạn"),
        (LineState.REFUSED, "cần đăng nhập lại"),
        (LineState.FRAME_LOST, "thông suốt"),
        (None, "chưa có thông tin"),
    ],
)
def test_the_state_says_what_is_heard_and_what_not(state: LineState | None, words: str) -> None:
    desk = Desk(status=lambda: LineStatus(state, NOW, None, THREE_WAIT))
    desk.store.coverage_now = desk.store.coverage_now.model_copy(update={"rule_failures": 4})
    desk.store.gap_list = [
        Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(minutes=30), ended_at=NOW - timedelta(minutes=10), cause="x")
    ]
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    for part in (words, "đã kiểm tra 120 tin", "tổng 20 phút; chưa lấy lại đủ tin", "gặp lỗi 4 lần", "chờ gửi: 3"):
        assert part in text


def test_the_state_says_how_many_files_wait_and_what_is_not_installed() -> None:
    scans = ScanStatus(4, NOW - timedelta(minutes=5), antivirus=False, text_recognition=False)
    desk = Desk(status=lambda: LineStatus(LineState.UP, NOW, NOW, scans=scans))
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    for part in ("Tệp, ảnh chờ quét: 4 (lâu nhất từ 14:00 24/11/2026)", "quét vi-rút", "nhận dạng chữ"):
        assert part in text


def test_the_state_says_that_files_are_not_scanned() -> None:
    desk = Desk(attachments=AttachmentSettings(scan=False))
    desk.say("admin", "/trangthai", place="private")
    assert "Không quét tệp, ảnh gửi kèm" in to(desk.take(), "admin")[0]


@pytest.mark.parametrize(
    ("state", "why"),
    [(LineState.DUPLICATE, "đang được dùng ở nơi khác"), (LineState.KICKED, "vừa được đăng nhập ở nơi khác")],
)
def test_a_pause_is_called_one_with_its_end_and_what_to_do(state: LineState, why: str) -> None:
    desk = Desk(status=lambda: LineStatus(state, NOW, None, resumes_at=NOW + timedelta(minutes=30)))
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    for part in ("tạm dừng từ 14:05 24/11/2026 đến 14:35 24/11/2026", why, "thoát Zalo trên thiết bị đó"):
        assert part in text


def test_a_short_outage_is_not_rounded_up_to_a_minute() -> None:
    desk = Desk()
    began = NOW - timedelta(seconds=20)
    desk.store.gap_list = [Gap(id=1, group_id=GROUP, began_at=began, ended_at=NOW, cause="1006", closed=True)]
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    assert "gián đoạn 1 lần, tổng dưới 1 phút" in text


@pytest.mark.parametrize("closed", [True, False], ids=["made good", "not made good"])
def test_the_state_names_a_gap_of_private_messages_only_where_something_may_be_missing(closed: bool) -> None:
    desk = Desk()
    began = NOW - timedelta(minutes=9)
    desk.store.gap_list = [Gap(id=1, group_id=BOT, began_at=began, ended_at=NOW, cause="1006", closed=closed)]
    desk.say("admin", "/trangthai", place="private")
    (text,) = to(desk.take(), "admin")
    assert ("việc nhận tin riêng" in text) is not closed
    assert ("gián đoạn 1 lần, tổng 9 phút" in text) is not closed


@pytest.mark.parametrize(
    "more",
    [
        {"source": Source.BACKFILL},
        {"late": True},
        {"at": NOW - timedelta(minutes=5, seconds=1)},
    ],
    ids=["from backfill", "out of turn", "too old"],
)
def test_a_late_command_is_not_carried_out_and_the_sender_is_told_once(more: dict[str, Any]) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    for _ in range(2):
        desk.say("admin", "/xacnhan VP1", **more)
    posted = desk.take()
    assert len(posted) == 1
    assert "đến Hệ thống quá muộn" in to(posted, "admin")[0]
    assert desk.states() == ["reminded"]
    assert desk.actions()[-2:] == ["command.stale", "command.stale"]


def test_a_command_five_minutes_old_is_still_carried_out() -> None:
    desk = Desk()
    desk.say("admin", "/trogiup", place="private", at=NOW - timedelta(minutes=5))
    assert "command" in desk.actions()


def test_late_talk_gets_no_hint() -> None:
    desk = Desk()
    desk.say("member", "Chào hệ thống", place="private", source=Source.BACKFILL)
    assert desk.take() == []


def test_commands_hide_in_nothing_but_a_message() -> None:
    desk = Desk()
    line = "/baonham VP1 xong"
    sent = desk.message("admin", line)
    desk.hear(MessageRevised(**sent.model_dump()))
    desk.hear(desk.message("admin", "", quote=Quote(owner_uid=UIDS["admin"], key="m1", text=line)))
    desk.hear(desk.message("admin", line, attachment=Attachment(type="chat.photo", title=line)))
    base = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS["admin"], "at": NOW}
    desk.hear(NameObserved.model_validate({**base, "name": line}))
    desk.hear(MembersJoined.model_validate({**base, "members": (NamedUid(uid=UIDS["admin"], name=line),)}))
    desk.hear(desk.message("admin", line, sender_uid=BOT))
    desk.hear(desk.message("admin", line, thread_id="8000000000000000999"))
    assert (desk.take(), desk.store.audited) == ([], [])


@pytest.mark.parametrize(
    ("line", "owner", "text", "done"),
    [
        ("/xacnhan", BOT, "Kính báo: VP1, khoản 3.1. Trả lời /xacnhan VP1 hoặc /baonham VP1.", True),
        ("/xacnhan", BOT, "Kính báo: VP1 và VP2.", False),
        ("/xacnhan VP2", BOT, "Kính báo: VP1.", False),
        ("/xacnhan 2", BOT, "Kính báo: VP1.", False),
        ("/xacnhan", UIDS["member"], "Kính báo: VP1.", False),
        ("xac nhan", BOT, "Kính báo: VP1.", False),
        ("/thanhvien", BOT, "Kính báo: VP1.", False),
    ],
)
def test_in_private_a_command_is_about_the_one_case_of_the_quoted_alert(
    line: str, owner: str, text: str, done: bool
) -> None:
    desk = Desk()
    desk.say("member", "kinh gui cac dong chi", UNMARKED)
    desk.say("admin", line, place="private", quote=Quote(owner_uid=owner, key="m9", text=text))
    assert (desk.states() == ["confirmed"]) is done


def test_a_sealed_line_is_never_a_command() -> None:
    desk = Desk()
    desk.hear(desk.message("admin", "/xem VP1", place="private"), SEALED)
    (text,) = to(desk.take(), "admin")
    assert "không lưu và không xử lý" in text


def test_a_secret_sent_to_the_bot_is_declined_and_no_case() -> None:
    desk = Desk()
    event = SealedHeard(
        account=BOT, thread_id=UIDS["member"], is_group=False, sender_uid=UIDS["member"], at=NOW, mac=b"x", size=9
    )
    desk.hear(event, SEALED)
    posted = desk.take()
    assert "không lưu" in to(posted, "member")[0]
    assert len(posted) == 1
    assert desk.store.book == {}


@pytest.mark.parametrize(
    ("who", "within_five_minutes"), [("member", 1), ("stranger", 1), ("admin", 20), ("leader", 20)]
)
def test_small_talk_is_answered_every_few_minutes_and_nobody_is_met_with_silence_for_good(
    who: str, within_five_minutes: int
) -> None:
    desk = Desk()
    for _ in range(20):
        desk.say(who, "Chào hệ thống", place="private")
    assert len(to(desk.take(), who)) == within_five_minutes
    desk.later(minutes=5)
    desk.say(who, "1", place="private")
    (hint,) = to(desk.take(), who)
    assert "/trogiup" in hint


@pytest.mark.parametrize("line", ["VP1", "vp 1", "/VP1", "#VP1".lstrip("#") + ".", "vp-01"])
def test_the_code_of_a_case_alone_opens_it_for_the_desk(line: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin_staff", line, place="private")
    (shown,) = to(desk.take(), "admin_staff")
    assert shown.startswith("Vụ việc VP1 (")
    assert desk.store.audited[-1]["action"] == "command"


@pytest.mark.parametrize("who", ["member", "stranger", "leader"])
def test_others_read_what_they_may_do_about_a_case_of_their_own_and_nothing_of_it(who: str) -> None:
    desk = Desk()
    desk.say("leadership", "noi dung", UNMARKED)
    desk.take()
    desk.say(who, "VP1", place="private")
    (hint,) = to(desk.take(), who)
    assert (
        "yêu cầu Quản trị Nhóm báo cáo" if who in {"leader", "leadership", "report_reader"} else "/giaitrinh VP1"
    ) in hint
    assert "Vàng Thị Phó" not in hint


@pytest.mark.parametrize("line", ["12", "VP1 VP2", "VP1 xong rồi", "VP"])
def test_what_is_more_or_less_than_a_code_is_small_talk(line: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", line, place="private")
    assert "chỉ hiểu các lệnh" in to(desk.take(), "admin")[0]


def test_a_command_that_does_not_exist_is_answered() -> None:
    desk = Desk()
    desk.say("member", "/xoanhom", place="private")
    (text,) = to(desk.take(), "member")
    assert "chưa có lệnh này" in text
    assert text.count("\n- /") == 3
    assert "/xoa" not in text


def test_in_the_group_a_slip_in_a_command_is_asked_about_in_private_alone() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", "/xacnham VP1")
    (notice,) = desk.take()
    assert "/xacnhan" in notice.text
    assert not notice.is_group
    assert desk.states() == ["reminded"]


def test_what_is_said_after_a_command_is_excused_for_its_marks_alone() -> None:
    desk = Desk()
    offer = UNMARKED.model_copy(update={"rule_id": "4.2-noi-dung-xau", "clause": "4.2"})
    desk.say("member", "/themdau nhan cho vay tra gop", offer, UNMARKED)
    assert [case.clause for case in desk.store.book.values()] == ["4.2"]


def test_in_private_several_groups_are_summed_up_and_one_is_reported_by_name_or_in_the_group_itself() -> None:
    other = "8000000000000000002"
    desk = Desk(groups={GROUP: GROUP_NAME, other: "Ngành Y tế"})
    desk.say("leader", "/baocao", place="private")
    [summary] = to(desk.take(), "leader")
    assert "tổng hợp 2 Nhóm" in summary
    assert "Nhóm Ngành Y tế: 100 tin nhắn; 0 vụ việc" in summary
    desk.say("leader", "/baocao tuần Y tế", place="private")
    [report] = to(desk.take(), "leader")
    assert "NGÀNH Y TẾ" in report
    desk.say("leader", "/baocao", thread_id=other)
    assert len(to(desk.take(), "leader")) == 1


@pytest.mark.parametrize("code", ["VP1", "1", "#1", "ca 1"])
def test_words_after_a_code_that_end_like_the_name_of_a_group_are_kept(code: str) -> None:
    desk = Desk(groups={GROUP: GROUP_NAME, "8000000000000000002": "Ngành Y tế"})
    desk.say("member", "noi dung", UNMARKED)
    desk.say("admin", f"/chuyen {code} đề nghị làm việc với Giám đốc Sở Y tế", place="private")
    assert "Ý kiến kèm theo: đề nghị làm việc với Giám đốc Sở Y tế\n" in to(desk.take(), "leader")[0]


def test_an_agency_whose_name_ends_like_that_of_a_group_is_asked_about_in_every_group() -> None:
    desk = Desk(groups={GROUP: GROUP_NAME, "8000000000000000002": "Ngành Y tế"})
    for line in ("/vipham Sở Y tế", "/vipham so y te"):
        desk.say("admin", line, place="private")
        assert "tổng hợp 2 Nhóm" in to(desk.take(), "admin")[0]
    desk.say("admin", f"/ghinhan 4.6 {UIDS['member']} chuyển tin của Sở Y tế", place="private")
    assert "gửi lại lệnh kèm tên Nhóm" in to(desk.take(), "admin")[0]


def test_a_sentence_that_ends_like_the_name_of_a_group_gets_its_marks_as_a_whole() -> None:
    other = {"8000000000000000002": "Ngành Y tế"}
    desk = Desk(groups={GROUP: GROUP_NAME} | other, with_marks=lambda sentence: [f"({sentence})"])
    desk.say("admin", "/themdau bao cao cua so y te", place="private")
    assert "(bao cao cua so y te)" in to(desk.take(), "admin")[0]


def test_a_chosen_group_is_spoken_of_until_it_is_chosen_no_more() -> None:
    other = "8000000000000000002"
    desk = Desk(groups={GROUP: GROUP_NAME, other: "Ngành Y tế"})
    desk.say("leader", "/nhom ngành y tế", place="private")
    assert "chỉ nói về Nhóm Ngành Y tế" in to(desk.take(), "leader")[0]
    desk.say("leader", "/baocao", place="private")
    assert "NGÀNH Y TẾ" in to(desk.take(), "leader")[0]
    desk.say("leader", "/nhóm", place="private")
    assert "- Nhóm Ngành Y tế (đang chọn)" in to(desk.take(), "leader")[0]
    desk.say("leader", "/nhom tất cả", place="private")
    desk.take()
    desk.say("leader", "/baocao", place="private")
    assert "tổng hợp 2 Nhóm" in to(desk.take(), "leader")[0]


def test_without_a_group_there_are_no_figures() -> None:
    desk = Desk(groups={})
    for line in ("/baocao", "/vipham"):
        desk.say("admin", line, place="private")
    assert all("chưa được giao theo dõi" in text for text in to(desk.take(), "admin"))


def test_a_period_that_has_not_come_has_no_report() -> None:
    desk = Desk()
    desk.say("leader", "/baocao 01/01/2030-31/01/2030", place="private")
    assert "chưa đến" in to(desk.take(), "leader")[0]


@settings(max_examples=150)
@given(
    text=st.one_of(
        st.text(max_size=80),
        st.builds(
            "{}{} {}".format,
            st.sampled_from(["/", "", "／ "]),
            st.sampled_from(
                ["baocao", "báo cáo", "vipham", "xem", "xacnhan", "baonham", "trogiup", "quyche", "trangthai"]
            ),
            st.text(alphabet="VP0123456789./-ngàytuầkhoảđiềqđ \n{}%", max_size=30),
        ),
    ),
    who=st.sampled_from(list(PEOPLE)),
    place=st.sampled_from(["group", "private"]),
)
def test_any_text_typed_by_anybody_never_raises_and_never_shouts(text: str, who: str, place: str) -> None:
    desk = Desk()
    desk.uow.people.find_or_create(BOT, UIDS["member"])
    desk.office.react(desk.uow, desk.message(who, text, place=place), Verdict())
    for notice in desk.take():
        assert 0 < len(notice.text) <= 2000
        assert not notice.is_group or "\n" not in notice.text


@pytest.mark.parametrize("line", ["/trogiup", "/lạ", "/vipham"])
def test_who_floods_the_bot_is_no_longer_answered_and_an_office_holder_always_is(line: str) -> None:
    desk = Desk()
    for who in ("member", "stranger"):
        for _ in range(30):
            desk.say(who, line, place="private")
        assert len(to(desk.take(), who)) == 6
        assert desk.actions().count("command.too_many") == 24
        desk.store.audited.clear()
        desk.later(minutes=5)
        desk.say(who, line, place="private")
        assert len(to(desk.take(), who)) == 1
        desk.store.audited.clear()
    for _ in range(30):
        desk.say("admin", line, place="private")
    assert len(to(desk.take(), "admin")) == 30


@pytest.mark.parametrize(
    ("who", "called"),
    [("member", "đồng chí Giàng A Viên (Chủ tịch UBND xã Mẫu)"), ("stranger", 'chủ tài khoản "Tên ở Zalo"')],
)
@pytest.mark.parametrize("line", ["/trogiup", "/gopy nên ghim lịch trực"])
def test_the_one_line_in_the_group_names_whom_it_answers(who: str, called: str, line: str) -> None:
    desk = Desk()
    desk.say(who, line)
    [public] = [notice.text for notice in desk.take() if notice.is_group]
    assert public.startswith(f"Kính gửi {called}: ")
    assert "tin nhắn riêng" in public


def test_members_cannot_make_the_bot_flood_the_group() -> None:
    desk = Desk()
    for _ in range(30):
        desk.say("member", "/trogiup")
    assert len([notice for notice in desk.take() if notice.is_group]) == 6


@pytest.mark.parametrize(
    ("line", "face", "days"),
    [
        ("/baocao tháng docx", ReportFormat.DOCX, "20261101-20261124"),
        ("/baocao thang word", ReportFormat.DOCX, "20261101-20261124"),
        ("bao cao quy 3 excel", ReportFormat.XLSX, "20260701-20260930"),
        ("/BÁO CÁO TUẦN ẢNH", ReportFormat.PNG, "20261123-20261124"),
        ("báo cáo hôm qua biểu đồ", ReportFormat.PNG, "20261123-20261123"),
        ("/baocao png", ReportFormat.PNG, "20261124-20261124"),
        ("/baocao 01/10-31/10 xlsx.", ReportFormat.XLSX, "20261001-20261031"),
    ],
)
def test_a_report_goes_out_as_a_file_to_who_may_have_it(line: str, face: ReportFormat, days: str) -> None:
    desk = Desk()
    desk.say("leader", line, place="private")
    told, sent = desk.take()
    assert "đang lập báo cáo" in told.text
    assert sent.file
    assert (sent.file.face, sent.thread_id, sent.purpose) == (face, UIDS["leader"], Purpose.REPORT)
    assert sent.file.name.endswith(f"{days}.{face}")
    assert sent.file.name in told.text
    desk.say("member", line, place="private")
    assert all(notice.file is None for notice in desk.take())


def test_a_file_asked_for_in_the_group_goes_out_in_private() -> None:
    desk = Desk()
    desk.say("admin", "/baocao tháng docx")
    posted = desk.take()
    assert [notice.file is not None for notice in posted if notice.is_group] == [False]
    assert [notice.thread_id for notice in posted if notice.file] == [UIDS["admin"]]


def test_the_state_of_a_hundred_groups_is_a_page_with_the_first_and_how_many_more() -> None:
    desk = Desk(groups={GROUP: GROUP_NAME} | {str(8 * 10**18 + 2 + n): f"Xã {n}" for n in range(99)})
    desk.say("leader", "/trangthai", place="private")
    [page] = to(desk.take(), "leader")
    assert "mục khác; xem riêng một Nhóm: /trangthai kèm tên Nhóm" in page
    assert len(page.splitlines()) < 70
    desk.say("leader", "/trangthai Xã 42", place="private")
    [page] = to(desk.take(), "leader")
    assert ("Xã 42" in page, "Xã 41" in page, len(page.splitlines()) < 20) == (True, False, True)


def with_link(text: str) -> dict[str, Any]:
    return {"text": text, "attachment": Attachment(type="chat.recommended", url="https://mau.gov.vn/bieu")}


@pytest.mark.parametrize("place", ["group", "private"])
def test_what_everybody_may_do_is_done_though_it_was_typed_with_a_link(place: str) -> None:
    desk = Desk()
    desk.say("member", place=place, **with_link("/gopy Nên dùng mẫu https://mau.gov.vn/bieu"))
    assert "GY-1" in to(desk.take(), "member")[0]
    assert [remark.text for remark in desk.store.remarked] == ["Nên dùng mẫu https://mau.gov.vn/bieu"]


@pytest.mark.parametrize("place", ["group", "private"])
def test_a_decision_is_not_taken_from_a_text_that_may_be_the_title_of_a_page(place: str) -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.say("admin", place=place, **with_link("/baonham VP1 tên trang https://mau.gov.vn/bieu"))
    assert "chưa thực hiện lệnh /baonham vì tin có kèm liên kết" in to(desk.take(), "admin")[0]
    assert desk.states() == ["reminded"]


def test_a_caption_is_no_command() -> None:
    desk = Desk()
    desk.say("member", "/gopy Nên có mẫu", attachment=Attachment(type="chat.photo"))
    assert desk.take() == []
