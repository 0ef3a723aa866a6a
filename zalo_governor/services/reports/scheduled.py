"""What the program does by itself when its time has come: reports, digests, the leader told where nobody answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.documents import ReportFile, ReportFormat
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Role
from zalo_governor.domain.reports import ActivityReport, Period
from zalo_governor.services.cases.escalation import Escalation
from zalo_governor.services.cases.quiet_hours import EndOfQuietHours
from zalo_governor.services.group_changes.leak_signs import LeakSignService
from zalo_governor.services.group_changes.notifications import DESK
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork
from zalo_governor.services.reports.builder import compose
from zalo_governor.services.reports.digests import Digests
from zalo_governor.services.reports.document.document import file_of, paper_of
from zalo_governor.services.reports.periods import as_period, month_before, quarter_before, today, up_to
from zalo_governor.services.reports.text import render_text

REPORT_READERS = (Role.LEADER, Role.REPORT_READER, Role.ADMIN)
"""Who may have the activity report."""


class ScheduledReports:
    """What is due is done once, however often it is called: a process may die in between, and another goes on."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._escalation = Escalation(policy)
        self._digests = Digests(policy)
        self._mornings = EndOfQuietHours(policy)
        self._signs = LeakSignService(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def daily_report(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the report on the 24 hours before `due`, and tell the desk where there is no backup; how many people
        the report goes to."""
        self._digests.backup(uow, due)
        period = up_to(due, timedelta(days=1), MessageId.PERIOD_DAILY, self._voice)
        return self._report(uow, "daily_report", due, period)

    def weekly_report(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the report on the 7 days before `due`; how many people it goes to."""
        period = up_to(due, timedelta(days=7), MessageId.PERIOD_WEEKLY, self._voice)
        return self._report(uow, "weekly_report", due, period)

    def monthly_report(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the report on the month before that of `due`, with its files; how many people it goes to."""
        period = as_period(month_before(today(due)), self._voice)
        return self._report(uow, "monthly_report", due, period, self._policy.report_files)

    def quarterly_report(self, uow: UnitOfWork, due: datetime) -> int:
        """Send the report on the quarter before that of `due`, with its files; how many people it goes to."""
        period = as_period(quarter_before(today(due)), self._voice)
        return self._report(uow, "quarterly_report", due, period, self._policy.report_files)

    def hints_digest(self, uow: UnitOfWork, due: datetime) -> int:
        """Tell the desk of the hints of the 24 hours before `due`, and of new signs that something may leave a group;
        how many there were. Without a daily report it is here that the desk hears of a missing backup."""
        self._digests.backup(uow, due)
        return self._digests.hints(uow, due) + self._signs.tell(uow)

    def suggestions_digest(self, uow: UnitOfWork, due: datetime) -> int:
        """Tell the desk of the suggestions that are new; how many there were."""
        return self._digests.suggestions(uow, due)

    def roster_digest(self, uow: UnitOfWork, due: datetime) -> None:
        """Tell the desk how the roster and each group differ; the same figures are told once a week at most."""
        for group in self._policy.governed:
            self._digests.roster(uow, group, due)

    def next_due(self, uow: UnitOfWork) -> datetime | None:
        """When `on_cases` has to be called next; None where nothing waits for the program."""
        due = (uow.cases.next_due(self._policy.groups), self._digests.incidents_due(uow), self._mornings.next_due())
        return min(filter(None, due), default=None)

    def on_cases(self, uow: UnitOfWork) -> None:
        """Tell the leader of the cases that nobody has answered in time, the desk of what was gathered for it: cases,
        and the incidents of the night; and everybody else, after the quiet hours, what was kept back in them."""
        now = self._policy.clock()
        for case in uow.cases.due(self._policy.groups, now):
            self._escalation.unanswered(uow, case)
        for group_id in uow.cases.groups_with_digest(self._policy.groups, now):
            self._digests.gathered(uow, group_id)
        self._digests.incidents(uow, now)
        self._mornings.begin(uow)

    def forget_readers(self, uow: UnitOfWork) -> int:
        """Drop what is older than the office keeps it about who has read what; how much that was."""
        return uow.case_messages.forget_readers(self._policy.clock() - self._policy.readers_kept)

    def _report(
        self, uow: UnitOfWork, job: str, due: datetime, period: Period, faces: Sequence[ReportFormat] = ()
    ) -> int:
        policy = self._policy
        sent = 0
        for group in policy.governed:
            first = uow.statistics.first_heard(group.id)
            if not uow.claims.claim_once(f"{job}:{group.id}", due) or first is None or first >= due:
                continue  # Sent before, or due before the program heard anything of the group.
            report = compose(uow, group, period, self._voice, policy.clock, words=True)
            text = render_text(report, policy.catalogue, policy.regulation)
            readers = self._post.holders(uow, *REPORT_READERS)
            files = {words: self._files(report if words else report.without_words(), faces) for words in (True, False)}
            for reader in readers:
                self._post.to_person(uow, reader, text, Purpose.REPORT, group_id=group.id)
                for file in files[reader.has(*DESK)]:
                    instead = self._voice.render(MessageId.REPORT_FILE_FAILED, name=file.name)
                    self._post.file_to_person(uow, reader, file, instead, Purpose.REPORT, group_id=group.id)
            uow.audit.append(
                "report.scheduled",
                at=policy.clock(),
                actor_id=None,
                group_id=group.id,
                subject=job,
                detail={"due": due.isoformat(), "readers": len(readers)},
            )
            sent += len(readers)
        return sent

    def _files(self, report: ActivityReport, faces: Sequence[ReportFormat]) -> list[ReportFile]:
        paper = paper_of(report, self._policy.letterhead, self._voice)
        return [file_of(report, face, paper, self._voice) for face in faces]


class CaseDeadlines:
    """What is due of cases and incidents. Fits `app.due_work.Work`."""

    def __init__(self, duties: ScheduledReports, *, begin: BeginUnitOfWork) -> None:
        self._duties = duties
        self._begin = begin

    def next_due(self) -> datetime | None:
        """See `ScheduledReports.next_due`."""
        with self._begin() as uow:
            return self._duties.next_due(uow)

    def act(self, _now: datetime) -> None:
        """See `ScheduledReports.on_cases`."""
        with self._begin() as uow:
            self._duties.on_cases(uow)
