"""Scheduled work: sending reports and digests, and telling the leader of cases on which no admin acted in time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.clock import midnight, monday, today
from zalo_governor.domain.documents import ReportFile, ReportFormat
from zalo_governor.domain.notices import NO_GROUP, Purpose
from zalo_governor.domain.people import DESK, Group, Person, Role
from zalo_governor.domain.reports import ActivityReport, Period
from zalo_governor.features.cases.escalation import Escalation
from zalo_governor.features.cases.name_reminders import NameReminders
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.group_changes.end_of_quiet_hours import EndOfQuietHours
from zalo_governor.features.group_changes.leak_signs import LeakSignService
from zalo_governor.features.reports.builder import compose
from zalo_governor.features.reports.digests import Digests
from zalo_governor.features.reports.document.document import file_of, paper_of
from zalo_governor.features.reports.summary import group_in_one_line
from zalo_governor.features.reports.text import render_text
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.periods import as_period, month_before, quarter_before, up_to
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

_MOST_REPORTS = 3
"""Up to this number of groups, a reader gets a report on each; of more, one message with a line for each group."""
REPORT_READERS = (Role.LEADER, Role.REPORT_READER, Role.ADMIN)
"""Roles whose holders receive the activity report and may request it by chat command."""


_PERIODS: Mapping[str, Callable[[datetime, MessageFormatter], Period]] = {
    "daily_report": lambda due, voice: up_to(due, timedelta(days=1), TextId("period_daily"), voice),
    "weekly_report": lambda due, voice: up_to(due, timedelta(days=7), TextId("period_weekly"), voice),
    "monthly_report": lambda due, voice: as_period(month_before(today(due)), voice),
    "quarterly_report": lambda due, voice: as_period(quarter_before(today(due)), voice),
}
_WITH_FILES = frozenset({"monthly_report", "quarterly_report"})


class ScheduledReports(Speaker):
    """Sender of scheduled reports and digests (summaries); also tells the leader of cases on which no admin acted.

    `policy` is that of the groups that get these reports, `common` that of all groups. Argument `due` is the time
    at which a run was scheduled. Each run is claimed by its name and `due`, so that a repeated call, such as after a
    crash, does nothing.
    """

    def __init__(self, policy: ServicePolicy, common: ServicePolicy) -> None:
        super().__init__(policy)
        self._common = common
        self._escalation = Escalation(policy)
        self._digests = Digests(policy)
        self._quiet_hours_end = EndOfQuietHours(policy)
        self._leak_signs = LeakSignService(policy)
        self._names = NameReminders(policy, CaseNotifications(policy))

    @property
    def policy(self) -> ServicePolicy:
        """The policy with the groups, times and texts of these duties."""
        return self._policy

    @property
    def _governed_ids(self) -> list[str]:
        return [group.id for group in self._policy.governed]

    def remind_of_names(self, uow: UnitOfWork, group_id: str, due: datetime) -> int:
        """Ask members to correct wrong display names, tell the admins how many are wrong; return how many were asked.

        Call once a day, after the group sync. Unchanged figures are told only once in the week of `due`.
        """
        asked = self._names.remind(uow, group_id)
        self._names.sum_up(uow, group_id, due)
        return asked

    def report(self, name: str, begin: BeginUnitOfWork, due: datetime) -> int:
        """Send the activity report `name` (a key of `_PERIODS`) on the period before `due`; return how many were sent.

        Those in `_WITH_FILES` are sent as files too (`report_files`). The daily one also warns the admins if the
        database backup is overdue. Reports are composed without blocking writers.
        """
        if name == "daily_report":
            with begin() as uow:
                self._digests.backup(uow, due)
        period = _PERIODS[name](due, self._voice)
        with begin(reading=True) as uow:
            reports = [
                (group, compose(uow, group, period, self._voice, self._policy.clock, words=True))
                for group in self._policy.governed
                if not uow.claims.is_claimed(f"{name}:{group.id}", due) and _is_heard_before(uow, group, due)
            ]
        sent = 0
        with begin() as uow:
            for group, report in reports:
                if uow.claims.claim_once(f"{name}:{group.id}", due):
                    sent += self._send(uow, name, due, group, report)
            sent += self._send_overviews(uow, name, due, period)
        return sent

    def hints_digest(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the admins the hints of the 24 hours before `due`, and new signs of leaks from the groups.

        Hints are findings on text that mentions state secrets without disclosing one. Also warns if the database backup
        is overdue, as the daily report may be switched off. Returns the number of hints and of groups with new signs.
        """
        self._digests.backup(uow, due)
        return self._digests.hints(uow, due) + self._leak_signs.tell(uow)

    def suggestions_digest(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the admins the members' suggestions not reported yet; return the number of suggestions."""
        return self._digests.suggestions(uow, due)

    def roster_digest(self, uow: UnitOfWork, due: datetime) -> None:
        """Send the admins the differences between each group and its roster; unchanged ones at most once a week."""
        for group in self._policy.governed:
            self._digests.roster(uow, group, due)

    def next_due(self, uow: UnitOfWork) -> datetime | None:
        """Return when `on_cases` next has something to do; None if nothing waits."""
        due = (
            uow.cases.next_due(self._governed_ids),
            self._digests.incidents_due(uow),
            self._quiet_hours_end.next_due(),
        )
        return min(filter(None, due), default=None)

    def on_cases(self, uow: UnitOfWork) -> None:
        """Do what is due: tell the leader of cases on which no admin acted in time; send digests and held-back notices.

        Digests (summaries for the admins) are about cases, and about incidents reported at night. Held back in the
        quiet hours (at night) are notices to members about minor cases, and notices about changes of the group.
        """
        now = self._policy.clock()
        for case in uow.cases.due(self._governed_ids, now):
            self._escalation.unanswered(uow, case)
        for group_id in uow.cases.groups_with_digest(self._governed_ids, now):
            self._digests.gathered(uow, group_id)
        self._digests.incidents(uow, now)
        self._quiet_hours_end.begin(uow)

    def forget_readers(self, uow: UnitOfWork) -> int:
        """Delete old records of who received or read messages of cases and directives; return how many were deleted.

        They are deleted at the age `policy.retention.readers_kept`.
        """
        before = self._policy.clock() - self._policy.retention.readers_kept
        return uow.case_messages.forget_readers(before) + uow.directives.forget_receipts(before)

    def _read_in(self, reader: Person) -> list[Group]:
        """Return all groups, also those under another policy, whose reports the person gets."""
        return [group for group in self._common.governed if reader.holds(group.id, *REPORT_READERS)]

    def _send_overviews(self, uow: UnitOfWork, name: str, due: datetime, period: Period) -> int:
        """Send each reader of many groups one message with a line for each group, instead of the reports.

        Of several offices with these groups, the first to run on the day sends it; in the week, for a weekly report.
        """
        now, sent = self._policy.clock(), 0
        once_since = monday(due) if name == "weekly_report" else midnight(today(due))
        for reader in self._post.holders_in(uow, NO_GROUP, *REPORT_READERS):
            groups = self._read_in(reader)
            heard = [group for group in groups if _is_heard_before(uow, group, due)]
            if len(groups) <= _MOST_REPORTS or not heard or not any(group in self._policy.governed for group in groups):
                continue
            if not uow.claims.claim_once(f"{name}:reader:{reader.id}", once_since):
                continue
            rows = [
                self._voice.render(
                    TextId("overview_row"),
                    group=self._voice.group(group),
                    said=group_in_one_line(uow, self._voice, group, period.start, period.end, now),
                )
                for group in heard
            ]
            text = self._voice.render_for(
                reader, TextId("report_overview"), period=period.label, count=number(len(rows)), rows="\n".join(rows)
            )
            sent += self._post.to_person(uow, reader, text, Purpose.REPORT, group_id=NO_GROUP)
        return sent

    def _send(self, uow: UnitOfWork, name: str, due: datetime, group: Group, report: ActivityReport) -> int:
        text = render_text(report, self._voice)
        faces = self._policy.schedule.report_files if name in _WITH_FILES else ()
        holders = self._post.holders_in(uow, group.id, *REPORT_READERS)
        readers = [reader for reader in holders if len(self._read_in(reader)) <= _MOST_REPORTS]
        files = {words: self._files(report if words else report.without_words(), faces) for words in (True, False)}
        for reader in readers:
            self._post.to_person(uow, reader, text, Purpose.REPORT, group_id=group.id)
            for file in files[reader.holds(group.id, *DESK)]:
                instead = self._voice.render_for(reader, TextId("report_file_failed"), name=file.name)
                self._post.file_to_person(uow, reader, file, instead, Purpose.REPORT, group_id=group.id)
        uow.audit.append(
            "report.scheduled",
            at=self._policy.clock(),
            group_id=group.id,
            subject=name,
            detail={"due": due.isoformat(), "readers": len(readers)},
        )
        return len(readers)

    def _files(self, report: ActivityReport, faces: Sequence[ReportFormat]) -> list[ReportFile]:
        paper = paper_of(report, self._policy.letterhead, self._voice)
        return [file_of(report, face, paper, self._voice) for face in faces]


class CaseDeadlines:
    """Adapter by which the scheduler calls `ScheduledReports.on_cases` whenever something is due.

    Implements `app.due_work.Work`.
    """

    def __init__(self, duties: Sequence[ScheduledReports], *, begin: BeginUnitOfWork) -> None:
        self._scheduled = duties
        self._begin = begin

    def next_due(self) -> datetime | None:
        """Return when `act` next has something to do; None if nothing waits."""
        with self._begin(reading=True) as uow:
            return min(filter(None, (duties.next_due(uow) for duties in self._scheduled)), default=None)

    def act(self, _now: datetime) -> None:
        """Tell the leader of cases on which no admin acted in time; send due digests and notices; in one transaction.

        The scheduler's time `_now` is unused, as `ScheduledReports` reads the clock itself.
        """
        with self._begin() as uow:
            for duties in self._scheduled:
                duties.on_cases(uow)


def _is_heard_before(uow: UnitOfWork, group: Group, due: datetime) -> bool:
    """Return whether anything of the group was received before the report is due."""
    first = uow.statistics.first_heard(group.id)
    return first is not None and first < due
