"""The trial: who gets anything, the page about it, and what happens when the program is switched on."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BAD_NAME, BOT, CATALOGUE, GROUP, NOW, REGULATION, UIDS, UNMARKED, Desk, to
from zalo_governor.config.sections import NameSettings
from zalo_governor.domain.audit import Opening
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.events import NameObserved
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial
from zalo_governor.features.trial.service import TrialEnd
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.messaging.policy import Introduction
from zalo_governor.pipeline.outbox import MARK_BYTES, TEXT_BYTES
from zalo_governor.text.message_parts import count_parts

DAYS = timedelta(days=14)
SAID = Introduction(
    unit="UBND tỉnh Mẫu",
    admins=(("Nguyễn Văn Quản", "Giám đốc Sở Mẫu"),),
    bodies_days=365,
    cases_days=1825,
    readers_days=90,
)


def on_trial(**policy: Any) -> Desk:
    desk = Desk(**({"trial": DAYS, "introduction": lambda _group_id: SAID} | policy))
    desk.store.trial_now = Trial(account=BOT, group_id=GROUP, began_at=NOW)
    return desk


def switching(desk: Desk) -> TrialEnd:
    return TrialEnd(desk.policy, begin=desk.transaction, on_posted=lambda: None)


def act(desk: Desk, work: TrialEnd) -> None:
    """As the timer does."""
    due = work.next_due()
    if due and due <= desk.now:
        work.act(desk.now)


def reached(desk: Desk) -> set[str]:
    return {notice.thread_id for notice in desk.take()}


def test_a_light_finding_tells_the_admin_alone_and_the_case_says_what_was_withheld() -> None:
    desk = on_trial()
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    [alert] = to(notices := desk.take(), "admin")
    assert {notice.thread_id for notice in notices} == {UIDS["admin"]}
    assert "Chạy thử: chưa nhắn người liên quan" in alert
    assert [notice.thread_id for notice in desk.store.held] == [UIDS["member"], UIDS["admin_staff"]]
    assert desk.states() == ["new"]
    desk.say("admin", "/xem VP1", place="private")
    assert "chưa gửi: cán bộ được giao 1 tin, thành viên 1 tin" in to(desk.take(), "admin")[0]


def test_what_was_withheld_is_told_of_as_past_once_the_office_is_live() -> None:
    desk = on_trial()
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.say("admin", "/bat dau", place="private")
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    [page] = to(desk.take(), "admin")
    assert "Khi đó đang chạy thử (đến ngày 24/11/2026), tin về vụ việc này đã không gửi: cán bộ" in page
    assert "chưa gửi" not in page


def test_a_secret_reaches_the_admin_at_once_and_the_leader_is_not_told_by_the_program_or_by_chuyen() -> None:
    desk = on_trial()
    desk.seal("member")
    assert len(to(desk.take(), "admin")) == 1
    desk.tick(minutes=15)
    notices = desk.take()
    assert {notice.thread_id for notice in notices} == {UIDS["admin"]}
    assert "chưa gửi tin cho Trưởng nhóm" in to(notices, "admin")[0]
    desk.say("admin", "/chuyen VP1", place="private")
    assert "chưa gửi tin cho Trưởng nhóm" in to(desk.take(), "admin")[0]
    assert desk.store.book[1].leader_told_at is None
    assert [notice.thread_id for notice in desk.store.held].count(UIDS["leader"]) == 2


@pytest.mark.parametrize(
    ("who", "place", "answered"),
    [
        ("leader", "private", True),
        ("admin_staff", "private", True),
        ("report_reader", "group", True),
        ("member", "private", False),
        ("stranger", "group", False),
    ],
)
def test_who_holds_a_role_is_answered_in_private_and_nothing_appears_in_the_group(
    who: str, place: str, answered: bool
) -> None:
    desk = on_trial()
    desk.say(who, "/trogiup", place=place)
    assert reached(desk) == ({UIDS[who]} if answered else set())


def test_the_scheduled_report_reaches_the_admin_and_says_that_notices_were_withheld() -> None:
    desk = on_trial()
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.take()
    desk.office.duties.report("daily_report", desk.transaction, desk.now)
    notices = desk.take()
    assert {notice.thread_id for notice in notices} == {UIDS["admin"]}
    assert "2 tin giữ lại trong thời gian chạy thử, không gửi" in to(notices, "admin")[0]


def test_a_member_is_not_asked_again_within_the_cooldown_so_that_the_page_does_not_exaggerate() -> None:
    desk = on_trial()
    for _ in range(2):
        desk.say("member", "trich dan cua tin nhan", UNMARKED)
        desk.later(hours=2)
    assert [notice.thread_id for notice in desk.store.held].count(UIDS["member"]) == 1


def test_a_name_case_stays_new_so_that_the_member_is_asked_once_it_is_switched_on() -> None:
    desk = on_trial()
    desk.store.present = {UIDS["member"]}
    desk.say("member", "chào các đồng chí", BAD_NAME)
    assert desk.states() == ["new"]
    desk.say("admin", "/batdau", place="private")
    desk.take()
    assert desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now) == 1
    desk.deliver()
    assert desk.states() == ["reminded"]


def test_after_its_days_the_admin_gets_the_page_once_and_all_is_withheld_still() -> None:
    desk = on_trial()
    work = switching(desk)
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.store.outcome_list = [
        RuleOutcome(rule_id="3.1-tieng-viet-co-dau", clause="3.1", cases=40, false_alarms=2),
        RuleOutcome(rule_id="3.2-ho-ten-chuc-vu", clause="3.2", cases=4, false_alarms=2),
    ]
    desk.store.shadow_list = [
        ShadowFigures(rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, findings=3, people=2)
    ]
    desk.take()
    act(desk, work)
    assert desk.take() == []
    desk.later(days=14)
    act(desk, work)
    notices = desk.take()
    assert {notice.thread_id for notice in notices} == {UIDS["admin"]}
    [page] = to(notices, "admin")
    assert "- thành viên: 1 tin cho 1 người (khoản 1 Điều 3 Quy chế: 1)" in page
    assert page.index("khoản 2 Điều 3 Quy chế: 4 vụ việc, báo nhầm 2 (50%)") < page.index("báo nhầm 2 (5%)")
    whom = "thành viên, Quản trị Nhóm và cán bộ được giao, Trưởng nhóm nếu Quản trị Nhóm chưa trả lời"
    assert f"khoản 1 Điều 4 Quy chế: 3 dấu hiệu của 2 người; nếu áp dụng thì báo: {whom}" in page
    assert "cho đến khi Quản trị Nhóm gửi /batdau" in page
    act(desk, work)
    desk.seal("member")
    assert reached(desk) == {UIDS["admin"]}


def test_batdau_is_the_admins_and_what_goes_out_then_goes_out() -> None:
    desk = on_trial()
    desk.say("admin_staff", "/batdau", place="private")
    desk.say("leader", "/batdau", place="private")
    assert desk.store.trial_now is not None
    assert desk.store.trial_now.live_at is None
    desk.say("admin", "/bat dau", place="private")
    assert "hoạt động chính thức" in to(desk.take(), "admin")[-1]
    assert desk.store.trial_now.live_by == desk.person("admin").id
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    assert reached(desk) == {UIDS["member"], UIDS["admin"], UIDS["admin_staff"]}
    desk.say("admin", "/batdau", place="private")
    assert "đang hoạt động chính thức" in to(desk.take(), "admin")[0]
    assert "command" in desk.actions()


@pytest.mark.parametrize("introduce", [True, False])
def test_the_rest_of_the_desk_and_where_wanted_the_group_hear_of_it_once(introduce: bool) -> None:
    desk = on_trial(introduce=introduce)
    work = switching(desk)
    act(desk, work)
    desk.say("admin", "/batdau", place="private")
    desk.take()
    for again in (work, work, switching(desk)):
        act(desk, again)
    notices = desk.take()
    assert [notice.thread_id for notice in notices] == [UIDS["admin_staff"], *([GROUP] if introduce else [])]
    assert "người quyết định: đồng chí Nguyễn Văn Quản" in notices[0].text
    assert work.next_due() is None


def test_an_office_without_a_trial_withholds_nothing_and_introduces_itself_at_its_first_start() -> None:
    desk = on_trial(trial=timedelta(), introduce=True)
    act(desk, switching(desk))
    assert [notice.thread_id for notice in desk.take()] == [GROUP]
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    assert UIDS["member"] in reached(desk)
    assert desk.store.held == []


@pytest.mark.parametrize("admins", [(), SAID.admins, SAID.admins * 3])
def test_the_introduction_is_short_and_says_whom_to_ask(admins: tuple[tuple[str, str], ...]) -> None:
    uow = "Ủy ban nhân dân tỉnh Mẫu, cơ quan thường trực Ban Chỉ đạo chuyển đổi số"
    text = introduction_text(Introduction(uow, admins, 365, 1825, 90), MessageFormatter(CATALOGUE, REGULATION))
    assert count_parts(text, 0, TEXT_BYTES - MARK_BYTES) == (1 if len(admins) < 3 else 2)
    assert "lưu 90 ngày" in text
    assert ("đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu)" if admins else "Xin liên hệ: Quản trị Nhóm") in text
    assert "!" not in text


def test_a_case_says_who_has_opened_it_before() -> None:
    desk = Desk()
    desk.say("member", "trich dan cua tin nhan", UNMARKED)
    desk.store.opened = [Opening(desk.person("admin_staff").id, 3, NOW), Opening(None, 1, NOW)]
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    shown = to(desk.take(), "admin")[0]
    said = "đồng chí Trần Thị Cán (chuyên viên) 3 lần, gần nhất 14:05 24/11/2026; cán bộ kỹ thuật, từ máy chủ 1 lần"
    assert said in shown
    assert [row["way"] for row in desk.store.audited if row["action"] == "case.shown"] == ["xem"]
    assert CaseState.REMINDED.value in desk.states()


def test_an_office_that_wants_no_trial_is_not_told_of_results_of_one() -> None:
    desk = Desk(introduction=SAID)
    desk.say("admin", "/chaythu", place="private")
    [page] = to(desk.take(), "admin")
    assert "KẾT QUẢ THEO TỪNG KHOẢN" in page
    assert "Hệ thống đang hoạt động chính thức với mọi quy tắc" in page
    assert "Tin đã giữ lại" not in page


def test_who_was_asked_nothing_in_a_long_trial_is_asked_and_reminded_after_it_like_anybody() -> None:
    desk = on_trial(names=NameSettings(remind_days=7, reminders=2))
    desk.store.present = {UIDS["member"]}
    desk.hear(NameObserved(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, name="Viên"), BAD_NAME)
    for _week in range(5):
        desk.later(days=7)
        desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now)
        desk.deliver()
    assert len([notice for notice in desk.store.held if notice.thread_id == UIDS["member"]]) == 3
    desk.store.trial_now = Trial(account=BOT, group_id=GROUP, began_at=NOW, live_at=desk.now)
    asked = []
    for _week in range(5):
        desk.later(days=7)
        asked.append(desk.office.duties.remind_of_names(desk.uow, GROUP, desk.now))
        desk.deliver()
    assert asked == [1, 1, 1, 0, 0]
