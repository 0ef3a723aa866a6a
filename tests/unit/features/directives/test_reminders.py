"""When reminders of directives are due, and which deadlines are looked at then."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.features.directives.ledger import LedgerDesk
from zalo_governor.config.directives import DirectiveReminderSettings, DirectiveSettings
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.features.directives.reminders import deadlines_reminded_at, reminder_moments

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
