"""The activity report (clause 6.2) as data, before any format."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.feedback import Remark


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Period(_Figures):
    """[start, end) in UTC, and how people call it."""

    start: datetime
    end: datetime
    label: str


class ClauseFigures(_Figures):
    """Cases of one clause in the period."""

    clause: str
    cases: int
    open: int
    remedied: int
    confirmed: int
    false_alarms: int
    reported: int
    approved: int = 0
    """Changes of the group that the leader allowed afterwards."""
    before: int
    """Cases in the period before, of the same length."""


class StateFigures(_Figures):
    """Cases opened in the period, by where they stand when the report is made."""

    state: CaseState
    cases: int


class DayFigures(_Figures):
    """Messages of one day of the calendar in Viet Nam."""

    day: date
    messages: int


class AgencyFigures(_Figures):
    """What came from the people of one agency, as the roster has it; "" gathers those whom no entry names."""

    agency: str
    messages: int
    senders: int
    cases: int


class Membership(_Figures):
    """Who is in the group and who should be, at the moment of the report."""

    present: int
    """Members that Zalo shows or that were heard to come in."""
    approved: int
    """Entries of the roster; 0 where none was imported."""
    both: int
    outsiders: int
    """Members whom no entry names by uid."""
    missing: int
    """Entries not known to be in the group."""


class ChangeFigures(_Figures):
    """Changes of the group of one kind (`EventBase.kind`)."""

    kind: str
    count: int


class StatementFigures(_Figures):
    """Directives, or reports, in the group and how many of them were not brief and clear (clause 5.1)."""

    kind: str
    """`directive` or `report`, see `domain.directives`."""
    count: int
    long: int
    no_deadline: int
    no_addressee: int


class MembersVoice(_Figures):
    """What members told the office through the program; None where that is not gathered yet."""

    incidents: int | None = None
    """Clause 7.7: could not send or receive."""
    suggestions: int | None = None
    """Clause 8.3."""


class LeakSigns(_Figures):
    """Signs that something may leave the group (clause 4.6), as things stand. That it does cannot be seen."""

    official_accounts: int = 0
    """Accounts of organisations or programs among the members."""
    link_opened_at: datetime | None = None
    """When the invitation link was opened that may still be open."""
    link_expires_at: datetime | None = None
    outsider_cases: int = 0
    """Open cases of clause 4.5."""


class Handling(_Figures):
    """How cases of the period were handled: the figures that a proposal under clause 6.3 needs."""

    taken_back: int
    """Cases, of whatever age, that were said to be false alarms in the period."""
    passed_over: int = 0
    """Events of the period of which no case was made, since their content had been taken back before."""
    repeated: int
    """Persons with two cases or more in the period."""
    remedied_minutes: int | None = None
    """Median of `Case.minutes_to_remedy` of the cases of the period, false alarms left out; None without any."""


class Coverage(_Figures):
    """What the bot heard, and what it did not."""

    heard: int
    """Elements of the group admitted in the period."""
    judged: int
    waiting: int
    sealed: int
    dead_letters: int
    recovered: int
    """Elements that came by backfill."""
    late: int
    rule_failures: int
    gaps: tuple[Gap, ...] = ()
    content_from: datetime | None = None
    """What was said before then in the period is kept no longer; figures are not touched by it."""


class Activity(_Figures):
    """What went on in the group."""

    messages: int
    senders: int
    joined: int
    left: int
    recalled: int
    changes: int
    """Changes of the group's information, settings, administrators and pins."""
    calls: int
    """Signs of group calls (clause 4.3); what is said in them cannot be heard."""


class ActivityReport(_Figures):
    """Everything that a face of the report may show."""

    group_id: str
    group_name: str
    period: Period
    made_at: datetime
    activity: Activity
    activity_before: Activity
    days: tuple[DayFigures, ...]
    """Every day of the period that has begun, in order."""
    hours: tuple[int, ...]
    """Messages by hour of the day, 24 of them."""
    agencies: tuple[AgencyFigures, ...]
    """The most messages first."""
    clauses: tuple[ClauseFigures, ...]
    states: tuple[StateFigures, ...]
    open_cases: tuple[Case, ...]
    """All that are open when the report is made, the gravest first, then the oldest."""
    names: dict[int, str] = {}
    """Person id -> how people call the person, for everybody that cases and remarks name."""
    suspects: int
    handling: Handling
    membership: Membership
    changes: tuple[ChangeFigures, ...]
    statements: tuple[StatementFigures, ...]
    voice: MembersVoice
    remarks: tuple[Remark, ...] = ()
    """Of the period, incidents first, then the oldest; without their words (`text` is "") but for the desk."""
    signs: LeakSigns = LeakSigns()
    undelivered_notices: int
    withheld_notices: int = 0
    """Messages that did not go out since the account was on trial."""
    coverage: Coverage
    private_gaps: tuple[Gap, ...] = ()
    """Of the private messages to the bot accounts, the gaps of the period in which something may be missing."""
    first_heard: datetime | None = None
    """When the program first heard anything of the group; None where it never did. Before, nobody listened."""
    cannot_check: tuple[str, ...]
    """Numbers of the clauses that nothing on the wire shows."""
    audit_head: str = ""
    """As `audit verify --head` takes it; "" before the first row."""

    def without_words(self) -> "ActivityReport":
        """The same for readers who may not see what members wrote to the office."""
        silent = tuple(remark.model_copy(update={"text": ""}) for remark in self.remarks)
        return self.model_copy(update={"remarks": silent})
