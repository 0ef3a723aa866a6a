"""What the storage in memory holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from zalo_governor.domain.attachments import FileScan
from zalo_governor.domain.audit import Opening
from zalo_governor.domain.cases import Case, CaseMessage, CaseNote, Recorded
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.directives import Assignee, Directive, DirectiveAnswer
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.feedback import Remark
from zalo_governor.domain.findings import Finding, SealedFinding, Verdict
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.inbound import Seal
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.message_acts import MessageAct
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.panel import PanelKeyKind
from zalo_governor.domain.people import GroupSnapshot, Person
from zalo_governor.domain.pictures import Looked
from zalo_governor.domain.reports import (
    Activity,
    AgencyFigures,
    ClauseFigures,
    Coverage,
    Handling,
    Membership,
)
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.statements import Statement
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial


@dataclass
class MemoryStore:
    """Everything in lists; figures are what a test puts there."""

    people: dict[str, Person] = field(default_factory=dict)
    panel_keys: dict[str, tuple[PanelKeyKind, int, datetime]] = field(default_factory=dict)
    book: dict[int, Case] = field(default_factory=dict)
    entries: list[RosterEntry] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    departed: set[str] = field(default_factory=set)
    came: dict[int, Outsider] = field(default_factory=dict)
    """Case -> whom it is about"""
    phones: dict[str, str] = field(default_factory=dict)
    """Number -> uid, as Zalo has told"""
    lookups: dict[str, datetime] = field(default_factory=dict)
    group: GroupSnapshot | None = None
    """The one group, as it was last seen."""
    kept_changes: list[GroupChange] = field(default_factory=list)
    given: list[Approval] = field(default_factory=list)
    looked: dict[str, Looked] = field(default_factory=dict)
    noted: dict[int, Recorded] = field(default_factory=dict)
    trial_now: Trial | None = None
    tried_rules: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(group, rule) -> since when it is on trial"""
    posted: list[Notice] = field(default_factory=list)
    """What goes out."""
    held: list[Notice] = field(default_factory=list)
    """What was withheld."""
    outcome_list: list[RuleOutcome] = field(default_factory=list)
    shadow_list: list[ShadowFigures] = field(default_factory=list)
    opened: list[Opening] = field(default_factory=list)
    scans: dict[int, FileScan] = field(default_factory=dict)
    """Event -> scan of its attachment."""
    added_verdicts: list[tuple[int, Verdict, Seal | None]] = field(default_factory=list)
    """(event, findings made after the judging, seal)"""
    deliveries: dict[int, DeliveryState] = field(default_factory=dict)
    """Case number -> what became of the request to its member, where it was not delivered."""
    unheard: list[list[Undelivered]] = field(default_factory=list)
    lost: list[Undelivered] = field(default_factory=list)
    unreached: list[Undelivered] = field(default_factory=list)
    tied: list[tuple[int, int]] = field(default_factory=list)
    """(case, event)"""
    events: dict[int, EventBase] = field(default_factory=dict)
    acts: list[MessageAct] = field(default_factory=list)
    remarked: list[Remark] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Codes of remarks that the desk was told of."""
    marks: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(case, by what its content is known again)"""
    taught: set[tuple[str, str, bytes, int]] = field(default_factory=set)
    """(group, rule, content, case)"""
    passed_over: list[tuple[int, int]] = field(default_factory=list)
    """(event, case by which it was taken back)"""
    said: list[tuple[int, CaseNote]] = field(default_factory=list)
    audited: list[dict[str, Any]] = field(default_factory=list)
    runs: set[tuple[str, datetime]] = field(default_factory=set)
    excerpts: dict[int, str] = field(default_factory=dict)
    suggestions: dict[int, str] = field(default_factory=dict)
    findings: dict[int, Sequence[Finding | SealedFinding]] = field(default_factory=dict)
    """Event -> what was found in it."""
    reasons: dict[int, str] = field(default_factory=dict)
    gone: dict[str, CaseMessage] = field(default_factory=dict)
    """msgId -> the message as it is after it was recalled or deleted"""
    has_read: dict[tuple[str, int], bool] = field(default_factory=dict)
    """(msgId, person) -> whether it was seen"""
    forgotten_before: datetime | None = None
    lags_behind: bool = False
    """Whether something waits to be judged."""
    codes: dict[tuple[int, int], tuple[str, datetime, int]] = field(default_factory=dict)
    """(case, person) -> code, when it expires, wrong tries"""
    hinted: list[tuple[datetime, int | None]] = field(default_factory=list)
    figures: list[ClauseFigures] = field(default_factory=list)
    gap_list: list[Gap] = field(default_factory=list)
    coverage_now: Coverage = field(
        default_factory=lambda: Coverage(
            heard=120, judged=120, waiting=0, sealed=1, dead_letters=0, recovered=5, late=2, rule_failures=0
        )
    )
    first_heard_at: datetime | None = datetime(2020, 1, 1, tzinfo=UTC)
    activity_now: Activity = field(
        default_factory=lambda: Activity(messages=100, senders=20, joined=2, left=1, recalled=3, changes=4, calls=0)
    )
    by_day: dict[date, int] = field(default_factory=lambda: {date(2026, 11, 23): 60, date(2026, 11, 24): 40})
    agency_list: list[AgencyFigures] = field(default_factory=list)
    stated: list[Statement] = field(default_factory=list)
    handled: Handling = field(default_factory=lambda: Handling(taken_back=1, repeated=0))
    members: Membership = field(
        default_factory=lambda: Membership(present=118, approved=120, both=116, outsiders=2, missing=4)
    )
    jobs: list[Job] = field(default_factory=list)
    """Every job that was enqueued, as it is now."""
    due: dict[int, datetime] = field(default_factory=dict)
    """Job -> when it is tried next; none for what is settled."""
    leased: dict[int, datetime] = field(default_factory=dict)
    """Job -> when the lease of its worker ends."""
    job_outcomes: dict[int, JobOutcome] = field(default_factory=dict)
    directives: list[Directive] = field(default_factory=list)
    assignees: list[Assignee] = field(default_factory=list)
    answers: list[DirectiveAnswer] = field(default_factory=list)
