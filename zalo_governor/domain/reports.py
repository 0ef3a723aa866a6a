"""The activity report (clause 6.2) as data, before any format."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.cases import Case
from zalo_governor.domain.line import Gap


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
    before: int
    """Cases in the period before, of the same length."""


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
    clauses: tuple[ClauseFigures, ...]
    open_cases: tuple[Case, ...]
    """All that are open when the report is made, the gravest first, then the oldest."""
    names: dict[int, str] = {}
    """Person id -> how people call the person, for everybody that the cases name."""
    suspects: int
    refused_notices: int
    coverage: Coverage
    private_gaps: tuple[Gap, ...] = ()
    """Of the private messages to the bot accounts, the gaps of the period in which something may be missing."""
    first_heard: datetime | None = None
    """When the program first heard anything of the group; None where it never did. Before, nobody listened."""
    cannot_check: tuple[str, ...]
    """Numbers of the clauses that nothing on the wire shows."""
