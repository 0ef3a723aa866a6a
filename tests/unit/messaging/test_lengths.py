"""How long messages get: each kind keeps its limit with the longest values of an office, and no word is cut."""

import pickle
from datetime import timedelta

import pytest

from tests.unit.features.desk import CATALOGUE, GROUP, PEOPLE, REGULATION, UNMARKED, Desk, to
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.messaging.formatter import MessageFormatter, joined, plain
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.templates import TextId

TITLE = "Phó Giám đốc Sở Nông nghiệp và Môi trường"
NAME = "đồng chí Nguyễn Thị Phương Thảo"
WHO = Shortenable(f"{NAME} ({TITLE})", NAME)
ACCOUNT = Shortenable(f"tài khoản của {WHO}", f"tài khoản của {NAME}")
GONE = "thu hồi lúc 17:07 28/11/2026"
SECRET = "khoản 1 Điều 4 Quy chế (bí mật nhà nước)"
SENTENCE = f'Câu có dấu, đề nghị đồng chí xem: "{"tuyến đường vào bản " * 14}".'
LONG: dict[str, str] = {
    "head": "Nghiêm trọng, tệp, liên kết có nguy cơ",
    "sign": Shortenable(" có dấu hiệu liên quan khoản 4 Điều 4 Quy chế", " (khoản 4 Điều 4)"),
    "closing": "Chưa phải kết luận.",
    "code": "VP12345",
    "who": WHO,
    "by": WHO,
    "names": WHO,
    "group": Shortenable("Nhóm điều hành phòng chống thiên tai", "Nhóm"),
    "when": "17:07 28/11",
    "until": "17:07 30/11",
    "noted": CATALOGUE.render(TextId("leader_noted"), when="17:07 28/11"),
    "citation": "khoản 4 Điều 4 Quy chế",
    "clause": " (Không đăng văn bản, thông tin Mật, Tối mật, Tuyệt mật lên Nhóm)",
    "category": "văn bản có thành phần có thể gây hại (ActiveX)",
    "reason": " (có lời mời liên hệ, có lời chào mời, có số điện thoại)",
    "details": "Xem: /xem VP12345. ",
    "unapproved": CATALOGUE.render(TextId("change_unapproved")),
    "scene": Shortenable("tại " + "cuộc họp giao ban " * 4, "tại cuộc họp giao ban cuộc họp giao b…"),
    "place": Shortenable(" trên Nhóm điều hành phòng chống thiên tai", " trên Nhóm điều hành phòng…"),
    "remove": "Xóa tin: /xoa VP12345. ",
    "member": "Chưa gửi được tin riêng cho người liên quan. Lần thứ 3 của người này trong 90 ngày.",
    "due": Shortenable(
        "Quá 17:22 28/11 chưa có trả lời, Hệ thống báo cáo Trưởng nhóm.", "Quá 17:22 28/11 sẽ báo cáo Trưởng nhóm."
    ),
    "same": "Trùng vụ việc VP12340 (đã nhắc).",
    "seen": "Tệp, ảnh: có dấu độ mật màu đỏ ở trang 12, có dấu tài liệu thu hồi.",
    "how": Shortenable(f"đã được {WHO} {GONE}", f"đã được {NAME} {GONE}"),
    "after": "125 phút sau khi đăng",
    "rest": "Vụ việc gồm 3 tin, còn tin chưa thu hồi.",
    "count": "12",
    "groups": " tại Nhóm điều hành phòng chống thiên tai, Nhóm Ngành Y tế",
    "date": "28/11/2026",
    "minutes": "15 phút",
    "told": CATALOGUE.render(TextId("leader_withheld")),
    "what": f"Nội dung do {NAME} đăng lúc 17:07 28/11/2026 trên Nhóm có dấu hiệu liên quan khoản 1 Điều 4 Quy chế.",
    "care": CATALOGUE.render(TextId("leader_care")),
    "state": "đã chuyển cơ quan có thẩm quyền",
    "words": "",
    "why": Shortenable(
        "trên Nhóm " + "không quảng cáo, mua bán, " * 5 + "để tin không lẫn", "quảng cáo, mua bán hàng hóa"
    ),
    "rows": Shortenable(
        '- tên Nhóm: từ "' + "điều hành " * 12 + '" thành "' + "điều hành " * 12 + '"',
        '- tên Nhóm: nay là "… (phòng chống thiên tai)"',
    ),
    "picture": "Đề nghị xem ảnh có đúng tính chất của Nhóm hay không.",
    "period": "tuần từ ngày 23/11 đến ngày 29/11/2026",
    "approval": "Nếu đồng ý, Trưởng nhóm gửi /duyet VP12345 trước 17:07 30/11.",
    "proposal": Shortenable(SENTENCE, "Cần gợi ý thêm dấu: /themdau kèm câu."),
    "lacks": "tên hiển thị chưa viết bằng tiếng Việt có dấu, bộ mã Unicode",
    "outsiders": " Trong đó có 12 người ngoài danh sách.",
    "uses": "áp dụng mọi lần trong thời hạn",
    "start": "17:07 28/11/2026",
    "open": "12",
    "parts": " Hôm nay Hệ thống đã đề nghị 12 người chỉnh sửa.",
    "present": "339",
    "differences": " Có trong danh sách, chưa thấy trong Nhóm: 12.",
    "hidden": "",
    "now": "17:07 28/11/2026",
    "codes": "VP12345",
    "which": "khẩn, nghiêm trọng đang xử lý của Sở Nông nghiệp và Môi trường",
    "page": "Trang 1/3; xem tiếp: /vipham Sở Nông nghiệp và Môi trường 2. ",
    "pass_on": "Báo cáo Trưởng nhóm: /chuyen VP12345. ",
    "answers": CATALOGUE.render(TextId("answer_sealed"), code="VP12345").strip(),
}
"""The longest values that an office really has, by field."""
NEWCOMER = CATALOGUE.render(
    TextId("newcomer_row"),
    code="VP12345",
    who=Shortenable('tài khoản "Mùa A Tủa Chuyên viên" (ngoài danh sách)', 'tài khoản "Mùa A Tủa Chuyên viên"'),
    way=joined("do ", ACCOUNT, " thêm hoặc duyệt"),
    when="17:07 28/11",
    likely=Shortenable(
        CATALOGUE.render(TextId("newcomer_likely"), name="Mùa A Tủa", title=TITLE),
        CATALOGUE.render(TextId("newcomer_likely_short"), name="Mùa A Tủa"),
    ),
)
LIMITED = [kind for kind in CATALOGUE if CATALOGUE.template(kind).limit]
LONG_FOR: dict[TextId, dict[str, str]] = {
    TextId("alert_sealed"): {
        "citation": SECRET,
        "remove": Shortenable("yêu cầu thu hồi hoặc /xoa VP12345 (xóa tin), rồi ", "/xoa VP12345, "),
    },
    TextId("alert_sealed_gone"): {"citation": SECRET},
    TextId("request_sealed"): {"citation": SECRET},
    TextId("request_sealed_old"): {"citation": SECRET},
    TextId("change_alert"): {"who": ACCOUNT},
    TextId("change_leader"): {"who": ACCOUNT},
    TextId("newcomers"): {"head": "Nghiêm trọng, người ngoài danh sách", "rows": NEWCOMER},
    TextId("leader_unverified"): {"now": "17:22"},
    TextId("approval_told"): {"what": '"thay đổi cài đặt thành viên ghim tin nhắn, ghi chú, bình chọn trong 3 ngày"'},
    TextId("alert_link"): {"category": "liên kết chạy lệnh trên máy người mở"},
    TextId("unheard_alert"): {"what": f", có dấu hiệu liên quan {SECRET}"},
}


def _longest(kind: TextId) -> str:
    values = LONG | LONG_FOR.get(kind, {})
    return CATALOGUE.render(kind, **{name: values[name] for name in CATALOGUE.template(kind).fields})


@pytest.mark.parametrize("kind", LIMITED)
def test_each_kind_keeps_its_limit_with_long_values(kind: TextId) -> None:
    said = _longest(kind)
    assert len(said) <= (CATALOGUE.template(kind).limit or 0)
    assert "  " not in said
    assert not said.endswith((" ", "\n", ","))


@pytest.mark.parametrize("kind", [kind for kind in LIMITED if {"head", "due"} <= CATALOGUE.template(kind).fields])
def test_what_the_reader_of_an_alert_needs_is_never_left_out(kind: TextId) -> None:
    said = _longest(kind)
    assert len(LONG["head"]) <= 45
    assert said.startswith(f"{LONG['head']}: VP12345")
    assert "trên Nhóm điều hành phòng" in said
    assert "Quá 17:22 28/11" in said
    assert "/chuyen VP12345" in said or "/xacnhan VP12345" in said
    assert "/baonham VP12345" in said
    assert "{remove}" not in CATALOGUE.template(kind).text or "/xoa VP12345" in said


@pytest.mark.parametrize("kind", [kind for kind in LIMITED if CATALOGUE.template(kind).leave_out])
def test_what_is_left_out_is_left_out_whole(kind: TextId) -> None:
    said = _longest(kind)
    for name in CATALOGUE.template(kind).leave_out:
        value = LONG[name]
        short = value.short if isinstance(value, Shortenable) else value
        assert value.strip() in said or short.strip() in said or value.strip()[:12] not in said


def test_a_common_title_stays_in_an_urgent_alert_and_a_very_long_one_goes_last() -> None:
    desk = Desk()
    desk.seal("member")
    assert f"{PEOPLE['member'][0]} ({PEOPLE['member'][1]})" in to(desk.take(), "admin")[0]
    desk.change("member", title=f"{TITLE}, {'kiêm Trưởng ban Chỉ huy phòng chống thiên tai và cứu nạn tỉnh Mẫu, ' * 2}")
    desk.seal("member", mac=b"other")
    alert = to(desk.take(), "admin")[0]
    assert "Giàng A Viên lúc 14:05" in alert
    assert len(alert) <= 340


@pytest.mark.parametrize("sealed", [False, True], ids=["light", "sealed"])
def test_what_people_get_is_short_as_it_is_sent(*, sealed: bool) -> None:
    desk = Desk()
    desk.change("member", title=TITLE, full_name="Nguyễn Thị Phương Thảo")
    if sealed:
        desk.seal("member")
    else:
        desk.say("member", "noi dung khong dau", UNMARKED)
    posted = desk.take()
    assert all(len(text) <= 340 for text in to(posted, "admin"))
    assert all(len(text) <= 400 for text in to(posted, "member"))


def test_on_trial_an_urgent_alert_does_not_promise_the_leader() -> None:
    desk = Desk(trial=timedelta(days=14))
    desk.seal("member")
    alert = to(desk.take(), "admin")[0]
    assert "Chạy thử: chưa gửi Trưởng nhóm." in alert
    assert "báo cáo Trưởng nhóm" not in alert
    desk.say("admin", "/xem VP1", place="private")
    shown = to(desk.take(), "admin")[0]
    assert "Đang chạy thử, Hệ thống không báo cáo Trưởng nhóm." in shown
    assert "chưa có trả lời, Hệ thống báo cáo Trưởng nhóm" not in shown


def test_live_an_urgent_alert_says_when_the_leader_is_told() -> None:
    desk = Desk()
    desk.seal("member")
    assert "Quá 14:20 sẽ báo cáo Trưởng nhóm." in to(desk.take(), "admin")[0]


def test_a_shorter_form_outlives_the_way_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(WHO))  # noqa: S301
    assert (copy, copy.short) == (WHO, NAME)


def test_a_long_name_ends_after_a_whole_word() -> None:
    assert plain("Nguyễn Thị Phương Thảo", 15) == "Nguyễn Thị…"
    assert plain("Nguyễn Thị Phương Thảo", 22) == "Nguyễn Thị Phương Thảo"
    assert plain("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("asked", MemberRequest)
def test_whether_the_member_was_asked_is_said_in_a_few_words(asked: MemberRequest) -> None:
    assert len(CATALOGUE.render(asked.told_to_admins)) <= 50


def test_lists_and_tables_keep_the_title_and_have_a_shorter_form_without_it() -> None:
    desk = Desk()
    named = MessageFormatter(CATALOGUE, REGULATION).named(desk.person("member"))
    assert named == "Giàng A Viên (Chủ tịch UBND xã Mẫu)"
    assert shortest(named) == "Giàng A Viên"


@pytest.mark.parametrize(
    ("other", "place"),
    [
        ("Nhóm Zalo điều hành tỉnh Mẫu phòng, chống dịch bệnh", "trên Nhóm …thiên tai và cứu…"),
        ("Nhóm Zalo chuyển đổi số", "trên Nhóm …điều hành tỉnh…"),
        ("Tổ công tác", "trên Nhóm Zalo điều hành…"),
    ],
)
def test_of_several_groups_with_like_names_the_part_that_differs_stays(other: str, place: str) -> None:
    name = "Nhóm Zalo điều hành tỉnh Mẫu phòng, chống thiên tai và cứu nạn"
    desk = Desk(groups={GROUP: name, "8000000000000000002": other})
    desk.change("member", title=TITLE, full_name="Nguyễn Thị Phương Thảo")
    desk.seal("member")
    assert place in to(desk.take(), "admin")[0]
