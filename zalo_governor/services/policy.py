"""The settings that the services work with: governed groups, intervals, limits, texts and helpers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from zalo_governor.config.sections import (
    ApprovalSettings,
    EscalationSettings,
    NameSettings,
    RetentionSettings,
    RosterSettings,
    ScheduleSettings,
)
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.delivery import NOTHING_OUTGOING, UndeliveredCounts
from zalo_governor.domain.documents import Letterhead
from zalo_governor.domain.escalation import Ladder, Steps, Times
from zalo_governor.domain.people import Person, Role
from zalo_governor.domain.regulation import Regulation
from zalo_governor.services.group_changes.vocabulary import ChangeVocabulary
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.reports.directive_quality import ClarityPolicy
from zalo_governor.text.names.short_forms import ShortForms


class Group(NamedTuple):
    """A governed group: its id, and its name in the settings ("" if it has none yet)."""

    id: str
    name: str


class LineStatus(NamedTuple):
    """The present state of the connection to Zalo, shown by the command /trangthai (status)."""

    state: LineState | None
    """State of the connection; None before the listener's first report."""
    since: datetime | None = None
    """Since when the connection has been in this state."""
    heard_at: datetime | None = None
    """When the last socket frame was received."""
    outgoing: UndeliveredCounts = NOTHING_OUTGOING
    """How many notices wait in the outbox, and how many could not be delivered."""
    resumes_at: datetime | None = None
    """When the program connects again, if it paused because the account is used on another device."""
    looked_at: datetime | None = None
    """When reconciliation with Zalo's history last found that no message was missing."""
    backed_up_at: datetime | None = None
    """When the last backup was made; None if there has been none."""
    backup_overdue: bool = False


class Introduction(NamedTuple):
    """The facts for the message in which the program introduces itself to a group."""

    unit: str
    """The authority that runs the group, such as `UBND tỉnh Mẫu` (a provincial People's Committee)."""
    admins: tuple[tuple[str, str], ...]
    """(full name, title) of the admins whom members may ask."""
    bodies_days: int
    """How many days messages without a case are kept."""
    cases_days: int
    """How many days messages under a case are kept after the case was closed."""
    readers_days: int
    """How many days it is kept who has received or seen a message under a case."""


UNINTRODUCED = Introduction(unit="", admins=(), bodies_days=0, cases_days=0, readers_days=0)
"""The empty introduction, for settings that have none."""


@dataclass(frozen=True)
class ServicePolicy:
    """Everything from the settings that the services need; built by `app.bootstrap`."""

    account: str
    """uid of the bot account."""
    groups: Mapping[str, str]
    """Group id -> name."""
    regulation: Regulation
    ladder: Ladder
    """The escalation ladder: who is told of a case, and when."""
    catalogue: Catalogue
    clock: Clock
    status: Callable[[], LineStatus]
    draw_code: Callable[[], str]
    """Return a random one-time code of six digits."""
    look_at: Callable[[str], None]
    """Request a sync of the group with that id soon, to read its members and their names."""
    look_for: Callable[[str, str], None]
    """Request an immediate sync of a group (group id, uid), because an unknown or unnamed account writes there."""
    with_marks: Callable[[str], Sequence[str]]
    """Restore Vietnamese diacritics in a sentence: return the likeliest candidates, best first, at least one."""
    letterhead: Letterhead
    """Sender, recipients and signature block of a report document."""
    changes: ChangeVocabulary
    """The words that people use for the things that can be changed about a group."""
    clarity: ClarityPolicy
    """Which messages count as directives or reports, and which of them as brief and clear."""
    escalation: EscalationSettings = field(default_factory=EscalationSettings)
    names: NameSettings = field(default_factory=NameSettings)
    roster: RosterSettings = field(default_factory=RosterSettings)
    approval: ApprovalSettings = field(default_factory=ApprovalSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    short_forms: ShortForms = field(default_factory=lambda: ShortForms(()))
    """Abbreviations of titles and agencies that the office accepts in display names."""
    trial: timedelta = timedelta(0)
    """How long a new account runs on trial before the admin gets the summary of the trial; zero for no trial."""
    introduce: bool = False
    """Whether the program introduces itself in each group, once, when the trial ends."""
    introduction: Introduction = UNINTRODUCED
    """The facts for that introduction."""

    def steps(self, case: Case, person: Person, now: datetime) -> Steps:
        """Return who is to be told of the case and when, as if the case were opened at `now`."""
        leadership = person.has(Role.LEADER, Role.LEADERSHIP)
        return self.ladder.steps(case.gravity, case.nth, now, self._times, leadership=leadership)

    def kept_until(self, case: Case) -> datetime | None:
        """Return the end of the quiet hours if they delay telling the admins of the case; None if they are told now."""
        return self.ladder.morning(case.gravity, case.nth, self.clock(), self._times)

    def rests_until(self, moment: datetime) -> datetime | None:
        """Return the end of the quiet hours in which the moment lies; None if it lies outside of them."""
        return self.escalation.quiet_hours.until(moment) if self.escalation.quiet_hours else None

    @property
    def _times(self) -> Times:
        return Times(
            self.escalation.leader_after,
            self.escalation.digest_after,
            self.escalation.quiet_hours,
            self.escalation.remind_members,
        )

    @property
    def governed(self) -> list[Group]:
        """The governed groups in the order of the settings."""
        return [Group(group_id, name) for group_id, name in self.groups.items()]

    def group(self, group_id: str) -> Group:
        """Return the group with that id; its name is "" if it is no longer governed (but may still have cases)."""
        return Group(group_id, self.groups.get(group_id, ""))

    @property
    def home_group_id(self) -> str:
        """Id of the group under which private conversations are recorded (the first one); "" if none is governed."""
        return next(iter(self.groups), "")
