"""Data of the activity report (clause 6.2), independent of wording and file format."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.feedback import Remark


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Period(_Figures):
    """The report's period [start, end) in UTC, and its name for people."""

    start: datetime
    end: datetime
    label: str


class ClauseFigures(_Figures):
    """Counts of the period's cases under one clause of the regulation."""

    clause: str
    cases: int
    open: int
    remedied: int
    confirmed: int
    false_alarms: int
    reported: int
    approved: int = 0
    """Changes of the group that the leader approved afterwards."""
    before: int
    """Number of cases in the preceding period of the same length."""


class StateFigures(_Figures):
    """Number of the period's cases that are in one state when the report is made."""

    state: CaseState
    cases: int


class DayFigures(_Figures):
    """Number of messages on one calendar day in Viet Nam."""

    day: date
    messages: int


class AgencyFigures(_Figures):
    """Counts for the people of one agency by the roster; agency "" contains everybody not in the roster."""

    agency: str
    messages: int
    senders: int
    cases: int


class Membership(_Figures):
    """Comparison of the group's members with the roster at the time of the report."""

    present: int
    """Number of members that Zalo lists or that were seen joining."""
    approved: int
    """Number of entries in the roster; 0 where no roster was imported."""
    both: int
    """Number of members in the roster."""
    outsiders: int
    """Number of members whose uid is not in the roster."""
    missing: int
    """Number of roster entries not known to be in the group."""


class ChangeFigures(_Figures):
    """Number of the group's changes of one kind (`EventBase.kind`)."""

    kind: str
    count: int


class StatementFigures(_Figures):
    """Number of directives or of reports in the group, and how many miss requirements of clause 5.1."""

    kind: str
    """`directive` or `report`, see `StatementKind`."""
    count: int
    long: int
    no_deadline: int
    no_addressee: int


class MembersVoice(_Figures):
    """Numbers of members' remarks to the office; None where they are not collected."""

    incidents: int | None = None
    """Clause 7.7: reports that a member could not send or receive messages."""
    suggestions: int | None = None
    """Clause 8.3: suggestions of members."""


class LeakSigns(_Figures):
    """Signs that content may leave the group (clause 4.6) at the time of the report; leaks themselves are invisible."""

    official_accounts: int = 0
    """Number of members that are Official Accounts (organisations or programs)."""
    link_opened_at: datetime | None = None
    """When the invite link was opened, if it may still be open; else None."""
    link_expires_at: datetime | None = None
    outsider_cases: int = 0
    """Number of open cases of clause 4.5 (outsiders)."""


class Handling(_Figures):
    """How the period's cases were handled: figures for a proposal under clause 6.3."""

    taken_back: int
    """Number of cases, opened at any time, that were marked as false alarms in the period."""
    passed_over: int = 0
    """Number of the period's events that opened no case, as the same content had been marked a false alarm before."""
    repeated: int
    """Number of persons with at least two cases in the period."""
    remedied_minutes: int | None = None
    """Median of `Case.minutes_to_remedy` of the period's cases without false alarms; None where there are none."""


class Coverage(_Figures):
    """How much of the group's events the bot received and judged, and what it missed."""

    heard: int
    """Number of the group's elements stored in the inbox in the period."""
    judged: int
    waiting: int
    sealed: int
    dead_letters: int
    recovered: int
    """Number of elements received by backfill."""
    late: int
    rule_failures: int
    gaps: tuple[Gap, ...] = ()
    content_from: datetime | None = None
    """Message texts before this time in the period were erased by retention; None: none were. Counts stay complete."""


class Activity(_Figures):
    """Counts of the group's activity in one period."""

    messages: int
    senders: int
    joined: int
    left: int
    recalled: int
    changes: int
    """Number of changes of the group's information, settings, administrators and pins."""
    calls: int
    """Number of group-call events (clause 4.3); the calls' content is not accessible."""


class ActivityReport(_Figures):
    """All data of an activity report, for every output format."""

    group_id: str
    group_name: str
    period: Period
    made_at: datetime
    activity: Activity
    activity_before: Activity
    days: tuple[DayFigures, ...]
    """All days of the period that have begun, in order."""
    hours: tuple[int, ...]
    """Number of messages by hour of the day; 24 values."""
    agencies: tuple[AgencyFigures, ...]
    """Sorted by number of messages, largest first."""
    clauses: tuple[ClauseFigures, ...]
    states: tuple[StateFigures, ...]
    open_cases: tuple[Case, ...]
    """All cases open when the report is made, the most severe first, then the oldest."""
    names: dict[int, str] = {}
    """Person id -> name and title, for every person in `open_cases` and `remarks`."""
    suspects: int
    handling: Handling
    membership: Membership
    changes: tuple[ChangeFigures, ...]
    statements: tuple[StatementFigures, ...]
    voice: MembersVoice
    remarks: tuple[Remark, ...] = ()
    """The period's remarks: incidents first, then the oldest; `text` is "" except in reports for the admins."""
    signs: LeakSigns = LeakSigns()
    undelivered_notices: int
    withheld_notices: int = 0
    """Number of messages not sent because the bot account was on trial."""
    coverage: Coverage
    private_gaps: tuple[Gap, ...] = ()
    """The period's gaps in which private messages to the bot accounts may have been missed."""
    first_heard: datetime | None = None
    """When the program received its first event of the group, before which it has no data; None for never."""
    cannot_check: tuple[str, ...]
    """Numbers of the clauses that the program cannot check."""
    audit_head: str = ""
    """Printed head of the audit log's hash chain for `audit verify --head`; "" where the log is empty."""

    def without_words(self) -> "ActivityReport":
        """Return a copy with empty remark texts, for readers who may not see what members wrote to the office."""
        silent = tuple(remark.model_copy(update={"text": ""}) for remark in self.remarks)
        return self.model_copy(update={"remarks": silent})
