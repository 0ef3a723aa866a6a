"""Harmful content: at once where it is plain, gathered where a person has to look first, hints once a day."""

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, LADDER, NOW, SEALED, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.escalation import Desk as DeskStep
from zalo_governor.domain.escalation import Leader, QuietHours
from zalo_governor.domain.events import MessageRecalled, MessageRef, SealedHeard
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.messaging.policy import LineStatus

TRIAGE = Finding(
    rule_id="4.2-noi-dung-xau",
    clause="4.2",
    severity=Severity.TRIAGE,
    label="gambling",
    reason="contact+gambling+offer",
    excerpt="lời lẽ không ai cần đọc lại",
)
STRICT = TRIAGE.model_copy(update={"severity": Severity.MINOR})
CATEGORIES = {
    "drugs": "ma túy",
    "gambling": "cờ bạc",
    "prostitution": "mại dâm",
    "obscenity": "đồi trụy",
    "violence": "bạo lực",
    "crime": "phạm tội",
    "public_order": "trật tự công cộng",
    "national_security": "an ninh quốc gia",
    "illegal_religion": "tôn giáo",
    "superstition": "mê tín",
    "insult": "xúc phạm",
    "fine_customs": "thuần phong mỹ tục",
    "scam": "lừa đảo",
    "advertising": "quảng cáo",
    "unverified": "chưa kiểm chứng",
    "other": "chưa rõ loại",
}


@pytest.mark.parametrize("label", sorted(CATEGORIES))
def test_what_is_plain_is_told_at_once_with_its_category(label: str) -> None:
    desk = Desk()
    desk.change("member", title="")
    desk.say("member", "chữ gì đó", STRICT.model_copy(update={"label": label}))
    posted = desk.take()
    (alert,) = to(posted, "admin")
    assert CATEGORIES[label] in alert
    assert "có lời mời liên hệ" not in alert
    assert "Chưa phải kết luận" in alert
    assert len(to(posted, "member")) == 1
    assert not [notice for notice in posted if "lời lẽ" in notice.text or "chữ gì đó" in notice.text]


def test_what_is_told_at_once_does_not_wait_however_the_clock_goes_on_meanwhile() -> None:
    moments = itertools.count()
    desk = Desk(clock=lambda: NOW + timedelta(milliseconds=next(moments)))
    desk.seal("member")
    desk.say("report_reader", "noi dung", UNMARKED)
    assert len(to(desk.take(), "admin")) == 2
    desk.tick(minutes=1)
    assert to(desk.take(), "admin") == []


def test_a_reason_without_a_word_for_it_is_the_wording() -> None:
    desk = Desk()
    desk.say("member", "chữ", STRICT.model_copy(update={"reason": "something+new"}))
    desk.take()
    desk.store.reasons[1] = "something+new"
    desk.say("admin", "/xem VP1", place="private")
    assert "căn cứ từ ngữ trong tin" in to(desk.take(), "admin")[0]


def test_what_a_person_has_to_look_at_first_is_gathered_into_one_message() -> None:
    desk = Desk()
    desk.say("member", "một", TRIAGE)
    desk.store.reasons[1] = "incite"
    desk.later(minutes=20)
    desk.say("report_reader", "hai", TRIAGE.model_copy(update={"label": "insult"}))
    assert desk.take() == []
    desk.tick(minutes=9)
    assert desk.take() == []
    desk.tick(minutes=1)
    posted = desk.take()
    (digest,) = to(posted, "admin")
    assert digest == to(posted, "admin_staff")[0]
    assert "2 vụ việc chưa rõ, cần kiểm tra thêm" in digest
    assert "- VP1: 14:05 24/11/2026, đồng chí Giàng A Viên" in digest
    assert "cờ bạc, lô đề (có lời kêu gọi" in digest
    assert "- VP2: 14:25 24/11/2026" in digest
    assert "xúc phạm" in digest
    assert to(posted, "member") == to(posted, "leader") == []
    desk.tick(hours=3)
    assert desk.take() == []
    assert desk.states() == ["new", "new"]


def test_what_may_be_secret_is_gathered_with_reasons_in_words_and_the_member_hears_nothing() -> None:
    desk = Desk()
    look = {"rule_id": "4.1-noi-dung-mat", "clause": "4.1", "label": "look", "excerpt": None}
    desk.say("member", "chữ gì đó", TRIAGE.model_copy(update=look))
    desk.store.reasons[1] = "bracket+initial+transmitting+unheard_of"
    desk.tick(minutes=30)
    posted = desk.take()
    (digest,) = to(posted, "admin")
    said = "có thể liên quan bí mật nhà nước (độ mật ghi trong ngoặc, có lời gửi hoặc xin tài liệu)"
    assert said in digest
    assert "chữ gì đó" not in digest
    assert to(posted, "member") == to(posted, "leader") == []


def test_a_flood_is_counted_and_not_spelled_out() -> None:
    desk = Desk()
    for number in range(40):
        uid = str(7_500_000_000_000_000_000 + number)
        desk.hear(desk.message("member", "chữ").model_copy(update={"sender_uid": uid}), TRIAGE)
    desk.tick(minutes=30)
    (digest,) = to(desk.take(), "admin")
    assert "40 vụ việc" in digest
    assert "và 30 vụ việc khác" in digest


def test_what_the_desk_has_settled_meanwhile_is_not_in_the_digest() -> None:
    desk = Desk()
    desk.say("member", "một", TRIAGE)
    desk.say("report_reader", "hai", TRIAGE)
    desk.say("admin", "/baonham VP1 tin phòng chống", place="private")
    desk.take()
    desk.tick(minutes=30)
    (digest,) = to(desk.take(), "admin")
    assert "VP1" not in digest
    assert "VP2" in digest


def test_what_was_recalled_meanwhile_is_not_in_the_digest_and_alone_makes_none() -> None:
    desk = Desk()
    key = desk.say("member", "một", TRIAGE).key
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
        )
    )
    desk.tick(minutes=30)
    assert desk.take() == []
    desk.tick(days=30)
    assert desk.take() == []


def test_what_may_be_secret_is_told_and_listed_also_if_it_was_recalled_before_the_digest() -> None:
    desk = Desk()
    look = {"rule_id": "4.1-noi-dung-mat", "clause": "4.1", "label": "look", "excerpt": None}
    key = desk.say("member", "một", TRIAGE.model_copy(update=look)).key
    gone = MessageRecalled(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
    )
    desk.hear(gone)
    desk.tick(minutes=30)
    (digest,) = to(desk.take(), "admin")
    assert "- VP1: 14:05" in digest
    assert "tin đã được thu hồi hoặc xóa" in digest
    desk.say("admin", "/vipham", place="private")
    assert "VP1" in to(desk.take(), "admin")[0]
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.say("admin", "/vipham", place="private")
    assert "Không có vụ việc" in to(desk.take(), "admin")[-1]


def test_after_a_long_stop_what_waited_is_still_told_once() -> None:
    desk = Desk()
    desk.say("member", "một", TRIAGE)
    desk.tick(days=40)
    assert len(to(desk.take(), "admin")) == 1
    desk.tick(minutes=1)
    assert desk.take() == []


def test_a_plain_offer_after_a_doubtful_one_is_told_at_once() -> None:
    desk = Desk()
    desk.say("member", "một", TRIAGE)
    assert desk.take() == []
    desk.say("member", "hai", STRICT)
    posted = desk.take()
    assert "VP1" in to(posted, "admin")[0]
    assert len(to(posted, "member")) == 1
    assert desk.states() == ["reminded"]
    desk.tick(hours=1)
    assert desk.take() == []


def test_what_was_heard_late_is_summed_up_and_not_gathered_again() -> None:
    desk = Desk()
    desk.hear(desk.message("member", "một", source=Source.BACKFILL, at=NOW - timedelta(minutes=6)), TRIAGE)
    desk.office.tell_recovered(desk.uow, GROUP)
    assert "VP1" in to(desk.take(), "admin")[0]
    desk.tick(hours=1)
    assert desk.take() == []


def test_the_case_shows_its_category_and_no_word_of_the_message() -> None:
    desk = Desk()
    desk.say("member", "một", STRICT)
    desk.store.reasons[1] = "offer+price"
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    (shown,) = to(desk.take(), "admin")
    assert "Loại nội dung: cờ bạc, lô đề (có lời chào mời, có nêu giá)" in shown
    assert "lời lẽ" not in shown


def test_a_case_of_another_rule_has_no_category() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.say("admin", "/xem VP1", place="private")
    assert not [text for text in to(desk.take(), "admin") if "Loại nội dung" in text]


def test_hints_are_told_once_a_day_and_only_where_there_are_any() -> None:
    desk = Desk()
    due = NOW + timedelta(hours=2)
    assert desk.office.duties.hints_digest(desk.uow, due) == 0
    assert desk.take() == []
    due += timedelta(days=1)
    desk.store.hinted = [(due - timedelta(hours=3), desk.person("member").id), (due - timedelta(hours=30), None)]
    assert desk.office.duties.hints_digest(desk.uow, due) == 1
    posted = desk.take()
    (digest,) = to(posted, "admin")
    assert "có 1 tin nhắc đến bí mật nhà nước nhưng chưa đủ dấu hiệu" in digest
    assert "Giàng A Viên" in digest
    assert "Hệ thống không lập vụ việc" in digest
    assert {notice.thread_id for notice in posted} == {UIDS["admin"], UIDS["admin_staff"]}
    assert desk.office.duties.hints_digest(desk.uow, due) == 0
    assert desk.take() == []


def test_many_hints_are_counted() -> None:
    desk = Desk()
    due = NOW + timedelta(hours=2)
    desk.store.hinted = [(NOW, None)] * 25
    desk.office.duties.hints_digest(desk.uow, due)
    assert "và 15 tin khác" in to(desk.take(), "admin")[0]


NIGHT = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
"""23:30 in Viet Nam."""
QUIET = QuietHours(start=time(22), end=time(6))


def at_night(**policy: Any) -> Desk:
    desk = Desk(escalation=escalation(quiet_hours=QUIET), **policy)
    desk.now = NIGHT
    return desk


def test_light_findings_of_the_night_are_told_in_the_morning_in_one_message() -> None:
    desk = at_night()
    for who in ("member", "report_reader"):
        desk.say(who, "noi dung", UNMARKED)
    desk.say("stranger", "chữ gì đó", TRIAGE)
    assert desk.take() == []
    desk.tick(hours=6, minutes=29)
    assert desk.take() == []
    desk.tick(minutes=1)
    (digest,) = to(desk.take(), "admin")
    assert "VP" in digest[:45]
    assert "1 vụ việc chưa rõ, cần kiểm tra thêm" in digest
    assert "2 vụ việc có dấu hiệu nhẹ, đang xử lý" in digest
    for code in ("VP1", "VP2", "VP3"):
        assert f"- {code}: " in digest
    desk.tick(days=1)
    assert desk.take() == []


def test_what_is_grave_wakes_the_desk_and_then_the_leader() -> None:
    desk = at_night()
    desk.seal("member")
    assert "KHẨN" in to(desk.take(), "admin")[0]
    desk.tick(minutes=15)
    assert len(to(desk.take(), "leader")) == 1


def test_what_the_desk_settled_or_the_member_recalled_by_the_morning_is_not_told() -> None:
    desk = at_night()
    desk.say("member", "noi dung", UNMARKED)
    key = desk.say("report_reader", "noi dung", UNMARKED).key
    desk.say("admin", "/baonham VP1 tiếng Anh", place="private")
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["report_reader"], at=desk.now, target=MessageRef(key=key)
        )
    )
    desk.take()
    desk.tick(hours=8)
    assert desk.take() == []


def test_what_was_found_too_late_at_night_waits_for_the_morning_too_but_what_is_grave_does_not() -> None:
    desk = at_night()
    desk.say("member", "noi dung", UNMARKED, source=Source.BACKFILL)
    desk.seal("report_reader", source=Source.BACKFILL)
    desk.office.tell_recovered(desk.uow, GROUP)
    (told,) = to(desk.take(), "admin")
    assert ("VP1" in told, "VP2" in told) == (False, True)
    desk.office.tell_recovered(desk.uow, GROUP)
    assert desk.take() == []
    desk.tick(hours=7)
    assert ["VP1" in text for text in to(desk.take(), "admin")] == [False, True]


def test_the_morning_digest_outlives_the_process_and_comes_after_a_long_stop() -> None:
    desk = at_night()
    desk.say("member", "noi dung", UNMARKED)
    desk.take()
    desk.office = FeatureFacade(desk.policy)
    desk.tick(days=3)
    assert len(to(desk.take(), "admin")) == 1


def test_who_does_it_again_is_named_as_such_to_the_desk_alone() -> None:
    desk = Desk(escalation=escalation(repeat_window_minutes=0, member_cooldown_hours=0))
    desk.change("member", title="")
    for nth in range(1, 5):
        desk.say("member", "noi dung", UNMARKED)
        posted = desk.take()
        assert (f"Lần thứ {nth} của người này trong" in to(posted, "admin")[0]) == (nth >= 3)
        assert "thứ" not in to(posted, "member")[0]
        desk.later(days=1)
    assert [case.nth for case in desk.store.book.values()] == [1, 2, 3, 4]


def test_an_office_may_climb_to_the_leader_where_a_light_finding_comes_again_and_nobody_answers() -> None:
    rung = LADDER.minor[0]
    steep = rung.model_copy(update={"from_case": 2, "leader": Leader.UNANSWERED})
    ladder = LADDER.model_copy(update={"minor": (rung.model_copy(update={"desk": DeskStep.NEVER}), steep)})
    desk = Desk(ladder=ladder, escalation=escalation(repeat_window_minutes=0))
    desk.say("member", "noi dung", UNMARKED)
    assert to(desk.take(), "admin") == []
    desk.later(minutes=5)
    desk.say("member", "noi dung", UNMARKED)
    assert "Quá 14:25 chưa có trả lời, Hệ thống báo cáo Trưởng nhóm" in to(desk.take(), "admin")[0]
    desk.tick(minutes=15)
    (report,) = to(desk.take(), "leader")
    assert "VP2" in report
    assert "không lưu nội dung" not in report


def test_a_rule_on_trial_that_seals_makes_no_case_and_no_notice() -> None:
    desk = Desk()
    heard = SealedHeard(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, mac=b"m", size=9)
    desk.hear(heard, SEALED.model_copy(update={"shadow": True}))
    private = heard.model_copy(update={"is_group": False, "thread_id": UIDS["member"]})
    desk.hear(private, SEALED.model_copy(update={"shadow": True}))
    assert (desk.take(), desk.store.book) == ([], {})


def test_that_there_is_no_backup_is_told_to_the_desk_once_a_day_and_only_then() -> None:
    last = NOW - timedelta(days=3)
    status = LineStatus(LineState.UP, NOW, NOW, backed_up_at=last, backup_overdue=True)
    desk = Desk(status=lambda: status)
    duties = desk.office.duties
    for due in (NOW, NOW + timedelta(hours=1)):
        duties.hints_digest(desk.uow, due)
        duties.report("daily_report", desk.transaction, due)
    posted = desk.take()
    [line] = [text for text in to(posted, "admin") if "bản sao lưu gần nhất lúc" in text and "21/11/2026" in text]
    assert "quá hạn" in line
    assert line in to(posted, "admin_staff")
    assert not [text for text in to(posted, "leader") if "Sao lưu" in text]
    duties.report("daily_report", desk.transaction, NOW + timedelta(days=1))
    assert line in to(desk.take(), "admin")
    status = status._replace(backup_overdue=False)
    duties.report("daily_report", desk.transaction, NOW + timedelta(days=2))
    assert not [text for text in to(desk.take(), "admin") if "Sao lưu" in text]


def test_that_a_backup_found_the_audit_log_altered_is_told_to_the_desk_once_and_by_the_status() -> None:
    desk = Desk(status=lambda: LineStatus(LineState.UP, NOW, NOW, audit_faults=2))
    for day in range(2):
        desk.office.duties.hints_digest(desk.uow, NOW + timedelta(days=day))
    [told] = [text for text in to(desk.take(), "admin") if "nhật ký kiểm tra không toàn vẹn ở 2 chỗ" in text]
    assert "audit verify" in told
    desk.say("admin", "/trangthai", place="private")
    assert "Nhật ký kiểm tra không toàn vẹn ở 2 chỗ" in to(desk.take(), "admin")[0]


def test_nobody_is_woken_for_a_missing_backup_and_the_day_still_hears_of_it() -> None:
    status = LineStatus(LineState.UP, NOW, NOW, backup_overdue=True)
    desk = Desk(status=lambda: status, escalation=escalation(quiet_hours=QUIET))
    due, desk.now = NOW - timedelta(minutes=5), datetime(2026, 11, 24, 18, 20, tzinfo=UTC)
    desk.office.duties.hints_digest(desk.uow, due)
    assert desk.take() == []
    desk.now = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    desk.office.duties.hints_digest(desk.uow, due)
    assert "chưa có bản sao lưu" in to(desk.take(), "admin")[0]
