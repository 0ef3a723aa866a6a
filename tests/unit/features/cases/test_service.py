"""The life of a case, and who is told of it."""

import re
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import BAD_NAME, BOT, GROUP, NOW, SEALED, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.config.sections import NameSettings
from zalo_governor.domain.cases import UNCHECKED
from zalo_governor.domain.events import (
    MembersJoined,
    MessageRecalled,
    MessageRevised,
    NamedUid,
    NameObserved,
    SealedHeard,
)
from zalo_governor.domain.findings import Finding, RuleFailure, Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Reach
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.pipeline.outbox import MARK_BYTES
from zalo_governor.text.names.short_forms import ShortForms

DOUBTFUL = Finding(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.TRIAGE, label="look", reason="level")


def recall(desk: Desk, key: str) -> None:
    values = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS["member"], "at": desk.now}
    desk.hear(MessageRecalled.model_validate({**values, "target": {"key": key}}))


def test_what_could_not_be_checked_is_told_as_such_and_the_member_is_not_accused() -> None:
    desk = Desk()
    heard = SealedHeard(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, mac=b"m", size=9)
    desk.hear(heard, SEALED.model_copy(update={"label": UNCHECKED}))
    [alert] = to(desk.take(), "admin")
    assert "chưa kiểm tra được" in alert
    assert "chưa phải dấu hiệu vi phạm" in alert
    assert "có dấu hiệu liên quan" not in alert
    assert desk.states() == ["new"]
    desk.say("admin", "/xem VP1", place="private")
    [shown] = to(desk.take(), "admin")
    assert "Chưa kiểm tra được (chức năng kiểm tra gặp lỗi hoặc nội dung quá dài)" in shown
    assert "Dấu hiệu liên quan" not in shown
    # Nothing is to be recalled before somebody has looked, and `/xacnhan` would say that it was referred already.
    assert "Việc cần làm tiếp: xem trực tiếp nội dung của vụ việc VP1 trên Nhóm; nếu có nội dung bí mật nhà" in shown
    assert "/xacnhan" not in shown
    assert "thu hồi" not in shown
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    [shown] = to(desk.take(), "admin")
    assert "yêu cầu thu hồi" in shown


def test_nobody_else_can_take_a_message_back() -> None:
    desk = Desk()
    said = desk.say("stranger", "noi dung", UNMARKED)
    recall(desk, said.key)
    assert desk.states() == ["reminded"]
    assert desk.actions()[-1] == "recall.foreign"


def observe(desk: Desk, name: str, *findings: Finding, who: str = "member", group: str = GROUP) -> None:
    event = NameObserved(
        account=BOT, thread_id=group, sender_uid=UIDS[who], at=desk.now, source=Source.SWEEP, name=name
    )
    desk.hear(event, *findings)


@pytest.mark.parametrize(
    ("suggestion", "asked"),
    [
        ("họp lúc mấy giờ", 'Câu có dấu, đề nghị đồng chí xem: "họp lúc mấy giờ".'),
        ("họp lúc\nmấy giờ", 'Câu có dấu, đề nghị đồng chí xem: "họp lúc mấy giờ".'),
        ("họp " * 100, None),
        (None, None),
    ],
)
def test_the_request_offers_the_sentence_as_a_question(suggestion: str | None, asked: str | None) -> None:
    desk = Desk()
    desk.say("member", "hop luc may gio", UNMARKED.model_copy(update={"suggestion": suggestion}))
    (request,) = to(desk.take(), "member")
    assert ("Câu có dấu, đề nghị" in request) == (asked is not None)
    assert asked is None or asked in request


def test_admin_staff_and_member_are_told_of_a_new_case() -> None:
    desk = Desk()
    desk.say("member", "noi dung khong dau", UNMARKED)
    posted = desk.take()
    for who in ("admin", "admin_staff"):
        (text,) = to(posted, who)
        for part in (
            "VP1",
            "Giàng A Viên (Chủ tịch UBND xã Mẫu)",
            "14:05 24/11",
            "khoản 1 Điều 3 Quy chế",
            "/xem VP1",
            "Đang nhắn riêng người liên quan",
        ):
            assert part in text
    (request,) = to(posted, "member")
    assert "VP1" in request
    assert "có dấu hiệu liên quan khoản 1 Điều 3 Quy chế" in request
    assert not any(notice.is_group for notice in posted)
    assert len(posted) == 3
    assert desk.states() == ["reminded"]
    assert desk.actions() == ["case.opened", "case.moved"]


def test_no_alert_repeats_what_was_written() -> None:
    desk = Desk()
    desk.say("member", "noi dung khong dau", UNMARKED)
    for notice in desk.take():
        assert "noi dung" not in notice.text
        assert "trich dan" not in notice.text


def test_a_repeat_within_the_window_joins_without_another_message() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.later(minutes=59)
    desk.say("member", "noi dung nua", UNMARKED)
    assert desk.take() == []
    assert [case.count for case in desk.store.book.values()] == [2]


def test_a_repeat_after_the_window_is_a_new_case_but_the_member_is_not_asked_again_that_day() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.later(minutes=61)
    desk.say("member", "noi dung nua", UNMARKED)
    posted = desk.take()
    assert "vừa được nhắc" in to(posted, "admin")[0]
    assert to(posted, "member") == []
    assert desk.states() == ["reminded", "new"]
    desk.later(hours=25)
    desk.say("member", "noi dung lan ba", UNMARKED)
    assert len(to(desk.take(), "member")) == 1


def test_the_cooldown_of_one_rule_does_not_silence_another() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    observe(desk, "Anh Viên", BAD_NAME)
    assert len(to(desk.take(), "member")) == 1


@pytest.mark.parametrize("who", ["leader", "leadership"])
def test_leaders_are_on_record_but_get_no_request(who: str) -> None:
    desk = Desk()
    desk.say(who, "noi dung", UNMARKED)
    desk.seal(who)
    posted = desk.take()
    assert to(posted, who) == []
    assert len(to(posted, "admin")) == 2
    assert "là Lãnh đạo" in to(posted, "admin")[0]
    assert desk.states() == ["new", "new"]


def test_who_takes_no_messages_is_not_written_to_and_the_admin_learns_it() -> None:
    desk = Desk()
    desk.change("member", reach=Reach.REFUSED)
    desk.say("member", "noi dung", UNMARKED)
    posted = desk.take()
    assert to(posted, "member") == []
    assert "Chưa gửi được tin riêng" in to(posted, "admin")[0]


def test_members_are_left_alone_about_light_findings_where_the_office_says_so() -> None:
    desk = Desk(escalation=escalation(remind_members=False))
    desk.say("member", "noi dung", UNMARKED)
    assert to(desk.take(), "member") == []
    desk.seal("member")
    assert len(to(desk.take(), "member")) == 1


@pytest.mark.parametrize(
    "finding",
    [UNMARKED.model_copy(update={"shadow": True}), UNMARKED.model_copy(update={"severity": Severity.SUSPECT})],
    ids=["a rule on trial", "only suspected"],
)
def test_nobody_is_told_of_what_is_only(finding: Finding) -> None:
    desk = Desk()
    desk.say("member", "noi dung", finding)
    assert desk.take() == []
    assert desk.store.book == {}


def test_another_group_and_private_lines_make_no_cases() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED, thread_id="8000000000000000999")
    desk.say("member", "noi dung", UNMARKED, place="private")
    assert desk.store.book == {}


def test_a_sealed_message_alerts_the_desk_and_asks_the_member_without_a_word_of_it() -> None:
    desk = Desk()
    desk.seal("member")
    posted = desk.take()
    assert {notice.purpose for notice in posted} == {Purpose.ADMIN_ALERT, Purpose.MEMBER_REQUEST}
    (request,) = to(posted, "member")
    assert "nếu đúng thì thu hồi ngay" in request
    (alert,) = to(posted, "admin")
    assert "khoản 1 Điều 4" in alert
    assert "/xoa VP1, /chuyen VP1." in alert
    for notice in posted:
        assert not re.search(r"(?<!bí )\bmật\b", notice.text, re.IGNORECASE), "no level is named"
    assert desk.store.book[1].level == "mat"


def test_each_sealed_message_is_its_own_case_unless_it_is_the_same_again() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.seal("member", mac=b"two")
    desk.seal("member", mac=b"one")
    desk.seal("admin_staff", mac=b"one")
    assert [(case.person_id, case.count) for case in desk.store.book.values()] == [
        (desk.person("member").id, 2),
        (desk.person("member").id, 1),
        (desk.person("admin_staff").id, 1),
    ]
    told = to(desk.take(), "admin")
    assert len([text for text in told if text.startswith("KHẨN, bí mật nhà nước: VP") and "đăng lại" not in text]) == 3


def test_a_doubtful_message_does_not_join_the_case_of_a_secret() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("member", "văn bản mật xử lý thế nào", DOUBTFUL)
    assert [(case.count, case.sealed) for case in desk.store.book.values()] == [(1, True), (1, False)]
    assert desk.take() == []


def test_a_doubtful_message_revised_into_a_secret_becomes_the_case_of_that_secret() -> None:
    desk = Desk()
    first = desk.say("member", "văn bản mật xử lý thế nào", DOUBTFUL)
    desk.seal("member", key=first.key, revision=True)
    assert [(case.sealed, case.level, case.same_as) for case in desk.store.book.values()] == [(True, "mat", None)]
    desk.take()
    recall(desk, first.key)
    assert to(desk.take(), "admin")[0].startswith("Đã thu hồi, xóa: VP1")
    desk.seal("member")
    assert "Trùng vụ việc VP1" in to(desk.take(), "admin")[0]


def test_a_sealed_event_makes_no_case_of_another_rule() -> None:
    desk = Desk()
    desk.say("member", "noi dung", SEALED, UNMARKED)
    assert [case.rule_id for case in desk.store.book.values()] == ["4.1-noi-dung-mat"]


def test_a_revision_of_the_same_message_joins_its_case() -> None:
    desk = Desk()
    first = desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.later(hours=3)
    desk.hear(MessageRevised(**{**first.model_dump(), "id": 0, "text": "noi dung khac", "at": desk.now}), UNMARKED)
    assert desk.take() == []
    assert [case.count for case in desk.store.book.values()] == [1]
    recall(desk, first.key)
    assert desk.states() == ["remedied"]


def test_a_sealed_revision_of_a_sealed_message_joins_too() -> None:
    desk = Desk()
    first = desk.seal("member", mac=b"one")
    desk.hear(first.model_copy(update={"mac": b"other", "revision": True}), SEALED)
    assert len(desk.store.book) == 1


@pytest.mark.parametrize("sealed", [False, True], ids=["a light case", "a sealed case"])
def test_what_another_account_heard_of_the_same_message_is_no_second_violation_even_after_the_case(
    sealed: bool,
) -> None:
    desk = Desk()
    finding = SEALED if sealed else UNMARKED
    first = desk.seal("member") if sealed else desk.say("member", "noi dung", UNMARKED)
    desk.take()
    heard_again = first.model_copy(update={"account": "7000000000000000777", "sender_uid": UIDS["stranger"]})
    desk.hear(heard_again, finding)
    recall(desk, first.key)
    desk.take()
    desk.hear(heard_again, finding)
    assert desk.take() == []
    assert [(case.count, case.state.value) for case in desk.store.book.values()] == [(1, "remedied")]


def test_a_sealed_revision_after_the_case_was_closed_opens_another() -> None:
    desk = Desk()
    first = desk.seal("member", mac=b"one")
    recall(desk, first.key)
    desk.hear(first.model_copy(update={"mac": b"other", "revision": True}), SEALED)
    assert desk.states() == ["remedied", "reminded"]


def test_a_recall_within_the_minute_is_not_told_as_one_of_a_minute() -> None:
    desk = Desk()
    sealed = desk.seal("member")
    desk.take()
    recall(desk, sealed.key)
    assert "dưới 1 phút sau khi đăng" in to(desk.take(), "admin")[0]


def test_a_recall_closes_the_case_and_the_desk_hears_the_minutes_once() -> None:
    desk = Desk()
    sealed = desk.seal("member")
    desk.take()
    desk.later(minutes=12)
    recall(desk, sealed.key)
    posted = desk.take()
    assert "đã được chính người đăng thu hồi lúc 14:17 24/11/2026" in to(posted, "admin")[0]
    assert "12 phút sau khi đăng" in to(posted, "admin")[0]
    assert desk.states() == ["remedied"]
    assert "12 phút" in desk.store.book[1].reason
    recall(desk, sealed.key)
    assert desk.take() == []


def test_a_recall_of_a_light_message_closes_its_case_quietly() -> None:
    desk = Desk()
    said = desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.delete("admin", said.key)
    assert desk.states() == ["remedied"]
    assert desk.take() == []


def test_a_case_with_another_message_still_in_the_group_stays_open() -> None:
    desk = Desk()
    first = desk.seal("member", mac=b"one")
    second = desk.seal("member", mac=b"one")
    desk.take()
    recall(desk, first.key)
    assert desk.states() == ["reminded"]
    assert "2 tin" in to(desk.take(), "admin")[0]
    desk.delete("admin", first.key, second.key)
    assert desk.states() == ["remedied"]


def test_recalls_of_ordinary_messages_do_nothing() -> None:
    desk = Desk()
    recall(desk, desk.say("member", "Vâng ạ").key)
    assert (desk.take(), desk.store.audited) == ([], [])


def test_a_bad_name_is_one_case_until_it_is_fixed() -> None:
    desk = Desk()
    observe(desk, "Viên xã Mẫu", BAD_NAME)
    request = to(desk.take(), "member")[0]
    assert "Giàng A Viên - Chủ tịch UBND xã Mẫu" in request
    desk.later(days=3)
    observe(desk, "Viên đẹp trai", BAD_NAME)
    assert desk.take() == []
    assert [case.count for case in desk.store.book.values()] == [2]
    observe(desk, "Giàng A Viên - Chủ tịch UBND xã Mẫu")
    assert desk.states() == ["remedied"]
    assert desk.store.book[1].reason == "tên hiển thị đã được sửa (3 ngày sau khi ghi nhận)"


def test_the_request_says_what_is_missing_and_offers_a_short_form_of_a_long_name() -> None:
    desk = Desk(short_forms=ShortForms(["chủ tịch\tCT"]), names=NameSettings(longest=30))
    observe(desk, "Viên", BAD_NAME.model_copy(update={"reason": "given_only"}))
    request = to(desk.take(), "member")[0]
    assert "thiếu họ và tên đầy đủ" in request
    assert "Giàng A Viên - CT UBND xã Mẫu" in request


def test_the_roster_names_the_office_and_a_likely_entry_is_only_offered() -> None:
    desk = Desk()
    desk.store.entries = [RosterEntry(full_name="Sùng Thị Mẫu", title="Giám đốc", agency="Sở Mẫu")]
    desk.change("stranger", display_name="Sung Thi Mau")
    observe(desk, "Sung Thi Mau", BAD_NAME.model_copy(update={"suggestion": None}), who="stranger")
    assert "Nếu đồng chí là người có tên sau" in to(desk.take(), "stranger")[0]
    desk.store.entries = [RosterEntry(full_name="Giàng A Viên", title="Giám đốc", agency="Sở Mẫu", uid=UIDS["member"])]
    observe(desk, "Viên", BAD_NAME)
    assert "Tên đề nghị: Giàng A Viên - Giám đốc Sở Mẫu." in to(desk.take(), "member")[0]


def test_a_proposed_name_does_not_say_the_agency_twice() -> None:
    desk = Desk()
    entry = RosterEntry(full_name="Giàng A Viên", title="Văn thư Sở Mẫu", agency="Sở Mẫu", uid=UIDS["member"])
    desk.store.entries = [entry]
    observe(desk, "Viên", BAD_NAME)
    assert "Tên đề nghị: Giàng A Viên - Văn thư Sở Mẫu." in to(desk.take(), "member")[0]


def test_a_sweep_asks_so_many_a_day_and_the_rest_on_the_days_that_follow_spaced_out() -> None:
    desk = Desk(names=NameSettings(asked_per_day=1, remind_days=7, reminders=1))
    desk.store.present = {UIDS["member"], UIDS["stranger"]}
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Tèo", BAD_NAME, who="stranger")
    assert desk.states() == ["reminded", "new"]
    reminded = []
    for _day in range(20):
        desk.later(days=1)
        reminded.append(desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now))
        desk.deliver()
    assert reminded == [1, 0, 0, 0, 0, 0, 1, 1] + [0] * 12
    assert desk.states() == ["reminded", "reminded"]


def test_everybody_is_asked_once_before_anybody_is_asked_again() -> None:
    desk = Desk(names=NameSettings(asked_per_day=2, remind_days=2, reminders=3))
    people = ("member", "stranger", "report_reader", "admin", "admin_staff")
    desk.store.present = {UIDS[who] for who in people}
    for who in people:
        observe(desk, f"Tên {who}", BAD_NAME, who=who)
    for _day in range(2):
        desk.later(days=1)
        desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now)
        desk.deliver()
    assert desk.states() == ["reminded"] * len(people)


def test_what_one_group_is_asked_in_a_day_takes_nothing_from_another() -> None:
    other = "8000000000000000002"
    desk = Desk(groups={GROUP: "Điều hành", other: "Ngành Y tế"}, names=NameSettings(asked_per_day=1))
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Tèo", BAD_NAME, who="stranger", group=other)
    assert desk.states() == ["reminded", "reminded"]


def test_who_has_left_the_group_is_reminded_of_no_name() -> None:
    desk = Desk(names=NameSettings(remind_days=7, reminders=2))
    desk.store.present = {UIDS["member"], UIDS["report_reader"]}
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Tí", BAD_NAME, who="report_reader")
    desk.take()
    desk.store.present.discard(UIDS["member"])
    desk.later(days=7)
    assert desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now) == 1
    posted = desk.take()
    assert to(posted, "member") == []
    assert len(to(posted, "report_reader")) == 1


def test_how_many_were_asked_today_outlives_the_process() -> None:
    desk = Desk(names=NameSettings(asked_per_day=1))
    observe(desk, "Viên", BAD_NAME)
    desk.office = FeatureFacade(desk.policy)
    observe(desk, "Tèo", BAD_NAME, who="stranger")
    assert desk.states() == ["reminded", "new"]
    desk.later(days=1)
    observe(desk, "Tí", BAD_NAME, who="report_reader")
    assert desk.states() == ["reminded", "new", "reminded"]


def test_the_desk_hears_once_how_many_names_are_not_right_yet() -> None:
    desk = Desk(names=NameSettings(asked_per_day=1, remind_days=7, reminders=1))
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Phó", BAD_NAME, who="leadership")
    told = []
    for _day in range(9):
        desk.take()
        desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now)
        told.append(to(desk.take(), "admin"))
        desk.later(days=1)
    assert "1 người không thuộc diện nhắc" in told[0][0]
    assert "Hôm nay Hệ thống đã đề nghị 1 người chỉnh sửa" in told[0][0]
    assert "nhắc đủ số lần" not in told[0][0]
    assert "1 người đã được nhắc đủ số lần" in told[8][0]
    assert sum(map(len, told)) < len(told), "the same figures are not told every day"
    observe(desk, "Giàng A Viên - Chủ tịch UBND xã Mẫu")
    observe(desk, "Đèo Thị Phó - Phó Chủ tịch", who="leadership")
    desk.take()
    desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now)
    assert desk.take() == []


def test_another_name_on_a_message_has_the_group_looked_at_once() -> None:
    desk = Desk()
    desk.say("member", "Vâng ạ", sender_name="Tên ở Zalo")
    desk.say("member", "Vâng ạ")
    assert desk.looked_at == []
    for _message in range(2):
        desk.say("member", "Rõ ạ", sender_name="Giàng A Viên - Chủ tịch UBND xã Mẫu")
    assert desk.looked_at == [GROUP]
    desk.say("member", "Rõ ạ", sender_name="Tên ở Zalo")
    assert desk.looked_at == [GROUP, GROUP]
    desk.say("member", "Rõ ạ", sender_name="Viên", place="private")
    assert desk.looked_at == [GROUP, GROUP]


def test_leadership_is_not_asked_about_a_name_but_stands_in_the_record() -> None:
    desk = Desk()
    observe(desk, "Phó", BAD_NAME, who="leadership")
    desk.later(days=8)
    assert desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now) == 0
    assert to(desk.take(), "leadership") == []
    assert desk.states() == ["new"]


def test_a_name_that_the_rule_could_not_judge_closes_nothing() -> None:
    desk = Desk()
    observe(desk, "Viên", BAD_NAME)
    event = NameObserved(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, name="Viên")
    desk.hear(event, failures=(RuleFailure(rule_id="3.2-ho-ten-chuc-vu", error="ValueError at x.py:1"),))
    observe(desk, "Viên A", BAD_NAME.model_copy(update={"severity": Severity.SUSPECT}))
    assert desk.states() == ["reminded"]


def test_who_comes_back_under_the_right_name_is_reminded_no_more() -> None:
    desk = Desk()
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Tí", BAD_NAME, who="report_reader")
    back = MembersJoined(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["admin"], at=desk.now,
        members=(
            NamedUid(uid=UIDS["member"], name="Giàng A Viên - Chủ tịch UBND xã Mẫu"),
            NamedUid(uid=UIDS["report_reader"], name="Tí"),
        ),
    )  # fmt: skip
    other = BAD_NAME.model_copy(update={"subject_uid": UIDS["report_reader"]})
    desk.hear(back.model_copy(update={"at": desk.now - timedelta(hours=1)}), other)
    assert desk.states() == ["reminded", "reminded"], "that was the name before"
    desk.hear(back, other)
    assert desk.states() == ["remedied", "reminded"]


def test_the_name_of_somebody_who_was_added_is_held_against_that_person_only() -> None:
    desk = Desk()
    joined = MembersJoined(
        account=BOT,
        thread_id=GROUP,
        sender_uid=UIDS["admin"],
        at=desk.now,
        members=(NamedUid(uid="701", name="Bé Na"),),
    )
    desk.hear(joined, BAD_NAME)
    assert [desk.uow.people.get(case.person_id).uid for case in desk.store.book.values()] == ["701"]
    two = joined.model_copy(update={"members": (NamedUid(uid="702", name="Tí"), NamedUid(uid="703", name="Tèo"))})
    desk.hear(two, BAD_NAME)
    assert len(desk.store.book) == 1
    desk.hear(two, BAD_NAME.model_copy(update={"subject_uid": "703"}))
    assert desk.uow.people.get(desk.store.book[2].person_id).uid == "703"


@pytest.mark.parametrize("source", [Source.BACKFILL, Source.LIVE])
def test_what_is_found_too_late_asks_nobody_about_light_things_and_is_summed_up_once(source: Source) -> None:
    desk = Desk()
    for who in ("member", "stranger"):
        desk.say(who, "noi dung", UNMARKED, source=source, at=desk.now - timedelta(minutes=6))
    assert desk.take() == []
    assert [case.late for case in desk.store.book.values()] == [True, True]
    desk.office.tell_recovered(desk.uow, GROUP)
    posted = desk.take()
    assert {notice.thread_id for notice in posted} == {UIDS["admin"], UIDS["admin_staff"]}
    (summary,) = to(posted, "admin")
    assert "VP1" in summary
    assert "VP2" in summary
    assert "Tin đã gửi quá 5 phút nên Hệ thống không nhắn người gửi" in summary
    desk.office.tell_recovered(desk.uow, GROUP)
    assert desk.take() == []


def test_a_later_recovery_tells_of_what_is_new_alone() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED, source=Source.BACKFILL)
    desk.office.tell_recovered(desk.uow, GROUP)
    desk.take()
    desk.say("stranger", "noi dung", UNMARKED, source=Source.BACKFILL)
    desk.office.tell_recovered(desk.uow, GROUP)
    (summary,) = to(desk.take(), "admin")
    assert "VP2" in summary
    assert "VP1" not in summary


def test_a_message_that_goes_out_once_more_says_so_and_still_fits() -> None:
    desk = Desk()
    assert desk.office.said_again("Kính gửi đồng chí.") == "(gửi lại) Kính gửi đồng chí."
    marks = desk.office.said_again(desk.office.said_in_part("", 12, 12))
    assert marks == "(gửi lại) (12/12)\n"
    assert len(marks.encode()) <= MARK_BYTES


def test_a_recovery_without_findings_says_nothing() -> None:
    desk = Desk()
    desk.office.tell_recovered(desk.uow, GROUP)
    assert desk.take() == []


def test_a_long_recovery_is_still_one_message() -> None:
    desk = Desk(escalation=escalation(repeat_window_minutes=0))
    for minute in range(40):
        desk.say("member", "noi dung", UNMARKED, source=Source.BACKFILL, at=NOW - timedelta(minutes=500 - 10 * minute))
    assert len(desk.store.book) == 40
    desk.office.tell_recovered(desk.uow, GROUP)
    (summary,) = to(desk.take(), "admin")
    assert "40 vụ việc" in summary
    assert "và 30 vụ việc khác" in summary


def test_what_a_sweep_finds_is_one_message_to_the_desk_and_a_request_to_each_member() -> None:
    desk = Desk()
    observe(desk, "Viên", BAD_NAME)
    observe(desk, "Tèo", BAD_NAME, who="stranger")
    asked = desk.take()
    assert {notice.thread_id for notice in asked} == {UIDS["member"], UIDS["stranger"]}
    desk.office.after_sync(desk.uow, GROUP)
    (summary,) = to(desk.take(), "admin")
    assert "2 tên hiển thị" in summary
    assert "VP1" in summary
    assert "VP2" in summary


def test_names_of_which_a_dying_process_could_not_tell_are_told_by_the_next_sweep_and_once() -> None:
    desk = Desk()
    observe(desk, "Viên", BAD_NAME)
    desk.take()
    desk.later(minutes=30)
    observe(desk, "Tèo", BAD_NAME, who="stranger")
    desk.take()
    desk.office.after_sync(desk.uow, GROUP)
    (summary,) = to(desk.take(), "admin")
    assert "2 tên hiển thị" in summary
    desk.office.after_sync(desk.uow, GROUP)
    assert desk.take() == []


def test_late_cases_are_summed_up_also_after_the_clock_was_set_back() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED, source=Source.BACKFILL)
    desk.later(minutes=-40)
    desk.office.tell_recovered(desk.uow, GROUP)
    (told,) = to(desk.take(), "admin")
    assert "VP1" in told


def test_a_sweep_that_finds_nothing_says_nothing() -> None:
    desk = Desk()
    observe(desk, "Giàng A Viên - Chủ tịch UBND xã Mẫu")
    desk.office.after_sync(desk.uow, GROUP)
    assert desk.take() == []


def test_a_message_a_moment_out_of_turn_is_told_to_the_desk_and_the_member_as_any_other() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED, late=True)
    posted = desk.take()
    assert len(to(posted, "admin")) == 1
    assert len(to(posted, "member")) == 1


def test_a_rule_that_raises_is_told_once_a_day() -> None:
    desk = Desk()
    failure = RuleFailure(rule_id="3.1-tieng-viet-co-dau", error="ValueError at diacritics.py:3")
    for _ in range(3):
        desk.hear(desk.message("member", "Chào đồng chí"), failures=(failure,))
    assert len(to(desk.take(), "admin")) == 1
    desk.later(days=1)
    desk.hear(desk.message("member", "Chào đồng chí"), failures=(failure,))
    (text,) = to(desk.take(), "admin")
    assert "khoản 1 Điều 3 Quy chế" in text
    assert "25/11/2026" in text


def test_a_secret_for_which_zalo_names_nobody_still_reaches_the_desk() -> None:
    desk = Desk()
    desk.hear(SealedHeard(account=BOT, thread_id=GROUP, at=desk.now, mac=b"x", size=3), SEALED)
    assert "không cho biết người thực hiện" in to(desk.take(), "admin")[0]
    assert desk.store.book == {}


def test_the_bot_accuses_itself_of_nothing() -> None:
    desk = Desk()
    desk.hear(desk.message("member", "noi dung", sender_uid=BOT), UNMARKED)
    assert desk.store.book == {}


def test_a_dressed_up_display_name_is_shown_plainly() -> None:
    desk = Desk()
    desk.change("stranger", display_name="Tèo\n🎉 KHẨN!!! {code} \u202eabc " + "x" * 500)
    desk.say("stranger", "noi dung", UNMARKED)
    for notice in desk.take():
        assert "!" not in notice.text
        assert not [letter for letter in notice.text if unicodedata.category(letter) in {"So", "Cf"}]
        assert len(notice.text) < 1200
        assert "\nKHẨN" not in notice.text


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["say", "seal", "recall", "name", "fix", "wait"]),
            st.sampled_from(["member", "stranger", "leader"]),
            st.integers(0, 5),
        ),
        max_size=30,
    )
)
def test_whatever_happens_each_new_case_is_told_once_and_closed_cases_stay_closed(
    story: list[tuple[str, str, int]],
) -> None:
    desk = Desk()
    keys: list[str] = []
    closed: set[int] = set()
    for act, who, which in story:
        known = len(desk.store.book)
        if act == "say":
            keys.append(desk.say(who, "noi dung", UNMARKED).key)
        elif act == "seal":
            keys.append(desk.seal(who, mac=bytes([which])).key)
        elif act == "recall" and keys:
            recall(desk, keys[which % len(keys)])
        elif act == "name":
            observe(desk, f"Tên {which}", BAD_NAME, who=who)
            desk.office.after_sync(desk.uow, GROUP)
            desk.later(minutes=1)
        elif act == "fix":
            observe(desk, "Tên đủ - Chức vụ", who=who)
        else:
            desk.later(minutes=20 * which)
        told = to(desk.take(), "admin")
        new = [case.code for case in desk.store.book.values() if case.id > known]
        alerts = [text for text in told if "thu hồi lúc" not in text and "đăng lại" not in text]
        assert len(alerts) == len(new)
        assert all(code in alert for code, alert in zip(new, alerts, strict=True))
        now_closed = {case.id for case in desk.store.book.values() if not case.state.open}
        assert closed <= now_closed
        closed = now_closed
