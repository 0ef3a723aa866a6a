"""Data of the activity report on a group (clause 6.2), independent of wording and file format."""

from datetime import date, datetime, timedelta

from zalo_governor.domain.attachments import ScanFigures
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.directive_figures import DirectiveFigures
from zalo_governor.domain.feedback import Remark
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.models import FrozenModel


class Period(FrozenModel):
    """The period [start, end) that a report covers, in UTC, and its name as printed (`label`)."""

    start: datetime
    end: datetime
    label: str
    command: str
    """The words that ask for this period after `/baocao`, also on a later day, such as `tháng 11/2026`."""


class ClauseFigures(FrozenModel):
    """Counts, by state, of the cases of one clause that were opened in the period."""

    clause: str
    cases: int
    open: int
    remedied: int
    confirmed: int
    referred: int = 0
    """Passed to the authority that determines what is secret; not counted as confirmed."""
    false_alarms: int
    reported: int
    approved: int = 0
    """Changes of the group that the leader approved afterwards."""
    before: int
    """Number of cases opened in the preceding period of the same length, for comparison."""


class StateFigures(FrozenModel):
    """Number of cases opened in the report's period that are in the state `state` when the report is made."""

    state: CaseState
    cases: int
    undecided: bool
    """Whether a person still has to decide these cases, see `Case.undecided`."""


class DayFigures(FrozenModel):
    """Number of messages that members posted in the group on one calendar day in Viet Nam."""

    day: date
    messages: int
    proven: bool = True
    """Whether the bot received, at once or later, everything of the day (`domain.connection.is_proven`)."""


class AgencyFigures(FrozenModel):
    """Numbers of messages, senders and cases of one agency's members; "" stands for all people not on the roster."""

    agency: str
    messages: int
    senders: int
    cases: int


class Membership(FrozenModel):
    """Comparison of the group's members with the roster when the report is made."""

    present: int
    """Number of members in the group without the bot: those that Zalo lists or that were seen joining."""
    approved: int
    """Number of entries on the roster; 0 where no roster was imported."""
    both: int
    """Number of members who are on the roster."""
    outsiders: int
    """Number of members whose account is not on the roster."""
    missing: int
    """Number of roster entries whose person is not known to be in the group; 0 where Zalo hides members."""
    hidden_of: int = 0
    """Where Zalo hides members, so that `present` may not be all: how many there are; else 0."""
    shown: int = 0
    """Of `hidden_of`, how many Zalo shows."""


class ChangeFigures(FrozenModel):
    """Number of changes of one `kind` (`EventBase.kind`) made to the group in the period, such as new pins."""

    kind: str
    count: int


class StatementFigures(FrozenModel):
    """Number of directives (or of reports), and how many are not brief and clear, as clause 5.1 demands."""

    kind: str
    """`directive` or `report`, see `StatementKind`."""
    count: int
    long: int
    no_deadline: int
    no_addressee: int


class MembersVoice(FrozenModel):
    """Numbers of remarks (incidents, suggestions) of members to the admins; None where they are not collected."""

    incidents: int | None = None
    """Clause 7.7: members reported that they could not send or receive messages."""
    suggestions: int | None = None
    """Clause 8.3: suggestions of members."""


class LeakSigns(FrozenModel):
    """Signs, as of now, that content may leave the group (clause 4.6); leaks themselves are invisible to the bot."""

    official_accounts: int = 0
    """Number of members that are Official Accounts (organisations or programs)."""
    link_opened_at: datetime | None = None
    """When the invite link was opened, if it may still be open; else None."""
    link_expires_at: datetime | None = None
    outsider_cases: int = 0
    """Number of open cases about people in the group who are not on the roster (clause 4.5)."""


class Handling(FrozenModel):
    """How cases were handled in the period; the admins propose improvements from these figures (clause 6.3)."""

    taken_back: int
    """Number of cases that people marked as false alarms in the period, whenever the cases were opened."""
    passed_over: int = 0
    """Number of events that opened no case, because a case about the same content had been marked as a false alarm."""
    repeated: int
    """Number of persons with at least two cases opened in the period, false alarms aside."""
    longest_remedy_minutes: int | None = None
    """Highest `Case.minutes_to_remedy` of the period's corrected cases, without false alarms; None where none was."""


class Coverage(FrozenModel):
    """How complete the report is: how many elements (messages, acts, receipts) were received and judged, and gaps."""

    heard: int
    """Number of the group's elements received and stored in the period."""
    judged: int
    waiting: int
    """Number of elements not yet judged."""
    sealed: int
    """Number of elements whose content was not stored, as it may be a state secret."""
    dead_letters: int
    """Number of elements that could not be parsed."""
    recovered: int
    """Number of elements that were missed and fetched from Zalo's history (backfill)."""
    late: int
    """Number of elements judged after younger ones of the group."""
    rule_failures: int
    unclear: int = 0
    """Number of recalls, deletions and reactions that count for nothing, as it is not clear what message they mean.

    Also those of which it is not proven that the message was withdrawn for all.
    """
    unknown: int = 0
    """Number of messages of types that the program does not know: only their secrets and links were looked for."""
    gaps: tuple[Gap, ...] = ()
    """Times in the period in which the bot could not receive the group's events."""
    encrypted: bool = False
    """Whether the group is end-to-end encrypted when the report is made: its messages cannot be read."""
    content_from: datetime | None = None
    """Texts of the period's messages before this time were erased as too old (counts are kept). None: no text was."""


class Activity(FrozenModel):
    """Counts of what happened in the group in one period."""

    messages: int
    senders: int
    joined: int
    left: int
    recalled: int
    changes: int
    """Number of changes of the group's name, description, picture, settings, administrators and pins."""
    calls: int
    """Number of group-call events (clause 4.3); the calls' content is not accessible."""


class ActivityReport(FrozenModel):
    """All data of an activity report on one group, from which text messages and files are made."""

    group_id: str
    group_name: str
    period: Period
    made_at: datetime
    activity: Activity
    activity_before: Activity
    """The same counts for the preceding period of the same length."""
    days: tuple[DayFigures, ...]
    """One entry for each day of the period on which the program listened or has messages, the oldest first."""
    hours: tuple[int, ...]
    """Number of messages by hour of the day; 24 values."""
    agencies: tuple[AgencyFigures, ...]
    """Sorted by number of messages, largest first."""
    clauses: tuple[ClauseFigures, ...]
    """The worst first: state secrets, outsiders, changes of the group, then the others by number of cases."""
    states: tuple[StateFigures, ...]
    open_cases: tuple[Case, ...]
    """All cases open when the report is made, the most severe first, then the oldest."""
    grave_cases: tuple[Case, ...] = ()
    """Urgent cases (`Case.urgent`) opened in the period, whatever their state, without false alarms, the worst first;
    then those from before or after the period that are open."""
    names: dict[int, str] = {}
    """Person id -> name and title of every person who occurs in `open_cases` or `remarks`."""
    places: dict[int, str] = {}
    """Id of a case of `open_cases` that was recorded by hand -> where it happened; "" if that is not known."""
    suspects: int
    """Number of findings of severity `suspect`, which open no case."""
    handling: Handling
    membership: Membership
    changes: tuple[ChangeFigures, ...]
    statements: tuple[StatementFigures, ...]
    directives: DirectiveFigures = DirectiveFigures()
    """How the directives given in the period had been answered when the report was made."""
    attachments: ScanFigures = ScanFigures()
    """What became of the files, pictures, films and sound of the period."""
    voice: MembersVoice
    remarks: tuple[Remark, ...] = ()
    """Members' remarks in the period: incidents first, then the oldest. In reports not for admins, `text` is ""."""
    signs: LeakSigns = LeakSigns()
    undelivered_notices: int
    """Number of the bot's messages that could not be delivered."""
    withheld_notices: int = 0
    """Number of messages not sent because the account was on trial (a period in which only admins get messages)."""
    coverage: Coverage
    private_gaps: tuple[Gap, ...] = ()
    """Times in the period in which private messages to the bot accounts may have been missed."""
    first_heard: datetime | None = None
    """When the program received its first event of the group (there is no data before); None where it received none."""
    cannot_check: tuple[str, ...]
    """Numbers of the clauses whose breaches the program cannot see."""
    on_trial: tuple[str, ...] = ()
    """Numbers of the clauses with a rule that an admin has put on trial, so that nobody is told of what it finds."""
    audit_head: str = ""
    """`str(AuditHead)`: row count and hash of the audit log, for `audit verify --head`; "" where the log is empty."""

    @property
    def heard_nothing(self) -> bool:
        """Return whether the program received nothing of the group before the period's end: there are no figures."""
        return self.first_heard is None or self.first_heard >= self.period.end

    @property
    def listened_from(self) -> datetime:
        """Return from when there are figures: the period's start, or when the program began to listen, if later."""
        return max(self.period.start, self.first_heard or self.period.start)

    @property
    def listened_a_day(self) -> bool:
        """Return whether there are figures of at least 24 hours, so that hours of the day can be compared."""
        return self.period.end - self.listened_from >= timedelta(days=1)

    @property
    def first_looks(self) -> tuple[Case, ...]:
        """Return the open cases of severity triage, which a person has to check before they count as grave or not."""
        return tuple(case for case in self.open_cases if case.gravity is Severity.TRIAGE)

    @property
    def comparable(self) -> bool:
        """Return whether the program already received the group's events in the preceding period."""
        return self.first_heard is not None and self.first_heard < self.period.start

    def covers(self, moment: datetime) -> bool:
        """Return whether the moment is in the period; of a period still running, all later moments are too."""
        return self.period.start <= moment and (moment < self.period.end or self.made_at <= self.period.end)

    @property
    def of_one_day(self) -> bool:
        """Return whether the period is at most 24 hours long."""
        return self.period.end - self.period.start <= timedelta(days=1)

    def without_words(self) -> "ActivityReport":
        """Return a copy with empty remark texts, for readers who may not see what members wrote to the admins."""
        silent = tuple(remark.model_copy(update={"text": ""}) for remark in self.remarks)
        return self.model_copy(update={"remarks": silent})
