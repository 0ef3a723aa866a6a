"""What the schedule calls: reports at their times."""

from datetime import datetime, timedelta

from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Role
from zalo_governor.office.messages import Text
from zalo_governor.office.periods import up_to
from zalo_governor.office.policy import OfficePolicy
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.post import Post
from zalo_governor.office.reporting import compose, render_text
from zalo_governor.office.voice import Voice

REPORT_READERS = (Role.LEADER, Role.REPORT_READER, Role.ADMIN)
"""Who may have the activity report."""


class Duties:
    """The scheduled reports. Each (group, moment at which it is due) is sent once, however often it is called."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)

    def daily_report(self, unit: OfficeUnit, due: datetime) -> int:
        """Send the report on the 24 hours before `due`; how many people it goes to."""
        return self._report(unit, "daily_report", due, timedelta(days=1), Text.PERIOD_DAILY)

    def weekly_report(self, unit: OfficeUnit, due: datetime) -> int:
        """Send the report on the 7 days before `due`; how many people it goes to."""
        return self._report(unit, "weekly_report", due, timedelta(days=7), Text.PERIOD_WEEKLY)

    def _report(self, unit: OfficeUnit, job: str, due: datetime, length: timedelta, name: Text) -> int:
        policy = self._policy
        period = up_to(due, length, name, self._voice)
        sent = 0
        for group in policy.governed:
            first = unit.first_heard(group.id)
            if not unit.first_run(f"{job}:{group.id}", due) or first is None or first >= due:
                continue  # Sent before, or due before the program heard anything of the group.
            report = compose(unit, group, period, policy.regulation, policy.clock)
            text = render_text(report, policy.catalogue, policy.regulation)
            readers = self._post.holders(unit, *REPORT_READERS)
            for reader in readers:
                self._post.to_person(unit, reader, text, Purpose.REPORT, group_id=group.id)
            unit.audit(
                "report.scheduled",
                at=policy.clock(),
                actor_id=None,
                group_id=group.id,
                subject=job,
                detail={"due": due.isoformat(), "readers": len(readers)},
            )
            sent += len(readers)
        return sent
