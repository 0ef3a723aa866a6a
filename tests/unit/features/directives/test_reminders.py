"""When reminders of directives are due, and which deadlines are looked at then."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.unit.features.desk import BOT, GROUP, UIDS, to
from tests.unit.features.directives.ledger import DUE, ORDER, LedgerDesk
from zalo_governor.config.directives import DirectiveReminderSettings, DirectiveSettings
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.domain.jobs import RemindOfDirectives
from zalo_governor.domain.trial import Trial
from zalo_governor.features.directives.reminders import deadlines_reminded_at, reminder_moments
from zalo_governor.features.facade import FeatureFacade

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
GIVEN = NEW_YEAR - timedelta(days=100)


@pytest.mark.parametrize("skip_holidays", [False, True])
@pytest.mark.parametrize(
    "remind",
    [
        DirectiveReminderSettings(),
        DirectiveReminderSettings(days_before=(0, 30), hours_before=48, days_after=(1, 60)),
        DirectiveReminderSettings(days_before=(), hours_before=None, days_after=()),
    ],
)
def test_each_reminder_finds_its_deadline_again(remind: DirectiveReminderSettings, skip_holidays: bool) -> None:
    policy = LedgerDesk(
        directives=DirectiveSettings(remind=remind, skip_holidays=skip_holidays), escalation=EscalationSettings()
    ).policy
    for hour in range(0, 24 * 365, 7):
        due = NEW_YEAR + timedelta(hours=hour)
        moments = reminder_moments(policy, GIVEN, due)
        assert moments
        for moment in moments:
            start, end = deadlines_reminded_at(remind, moment)
            assert start <= due < end


def test_a_directive_entered_by_hand_is_followed_up_by_the_settings_of_its_own_group() -> None:
    desk = LedgerDesk(directives=DirectiveSettings(recognise=False))
    remind = DirectiveReminderSettings(time_of_day=time(9, 30), hours_before=None, days_after=())
    own = replace(desk.policy, here=frozenset({GROUP}), directives=DirectiveSettings(recognise=False, remind=remind))
    desk.office = FeatureFacade(replace(desk.policy, offices={GROUP: own}))
    order = desk.order("Đề nghị Sở Y tế báo cáo số giường bệnh trống.")
    desk.reply("admin", order, "/giaoviec Sở Y tế, 17h ngày 26/11")
    reminders = [job.task.at for job in desk.store.jobs if isinstance(job.task, RemindOfDirectives)]
    assert reminders == reminder_moments(own, desk.now, DUE)


def test_who_has_left_the_group_reads_no_reminder_of_its_orders_and_a_colleague_does_instead() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.store.departed = {UIDS["y_te"], UIDS["tai_chinh"]}
    desk.until(DUE)
    posted = desk.take()
    assert to(posted, "y_te") == to(posted, "tai_chinh") == []
    assert "CĐ1" in to(posted, "y_te_pho")[0]
    desk.say("admin", "/nhac CĐ1", place="private")
    posted = desk.take()
    assert "đang nhắc 1 người; 1 đơn vị nhận không có người trong Nhóm" in to(posted, "admin")[0]
    assert to(posted, "y_te") == to(posted, "tai_chinh") == []
    desk.store.departed.clear()
    desk.later(hours=1)
    desk.say("admin", "/nhac CĐ1 Sở Tài chính", place="private")
    assert len(to(desk.take(), "tai_chinh")) == 1


def test_during_the_trial_nobody_is_reminded_by_command_and_afterwards_the_hour_is_still_free() -> None:
    desk = LedgerDesk(trial=timedelta(days=14))
    desk.order(ORDER)
    desk.take()
    desk.say("admin", "/nhac CĐ1", place="private")
    posted = desk.take()
    assert "đang chạy thử, tin chỉ gửi Quản trị Nhóm, nên chưa nhắc ai" in to(posted, "admin")[0]
    assert [notice for notice in desk.store.held if notice.thread_id in {UIDS["y_te"], UIDS["tai_chinh"]}] == []
    desk.store.trial_now = Trial(account=BOT, group_id=GROUP, began_at=desk.now, live_at=desk.now)
    desk.say("admin", "/nhac CĐ1", place="private")
    posted = desk.take()
    assert "đang nhắc 2 người" in to(posted, "admin")[0]
    assert len(to(posted, "y_te")) == len(to(posted, "tai_chinh")) == 1
