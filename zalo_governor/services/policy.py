"""What the office goes by: which groups, how often to write to whom, and in whose words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.delivery import NOTHING_OUTGOING, UndeliveredCounts
from zalo_governor.domain.documents import Letterhead, ReportFormat
from zalo_governor.domain.escalation import Ladder, QuietHours, Steps, Times
from zalo_governor.domain.people import Person, Role
from zalo_governor.domain.regulation import Regulation
from zalo_governor.services.group_changes.vocabulary import ChangeVocabulary
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.reports.directive_quality import ClarityPolicy
from zalo_governor.text.names.short_forms import ShortForms


class Group(NamedTuple):
    """A governed group and how the office calls it, "" where it has no name yet."""

    id: str
    name: str


class LineStatus(NamedTuple):
    """The line to Zalo at this moment, for /trangthai."""

    state: LineState | None
    """None before the first report of the listener."""
    since: datetime | None = None
    heard_at: datetime | None = None
    """When the last frame came in."""
    outgoing: UndeliveredCounts = NOTHING_OUTGOING
    """What waits in the outbox, and what could not be delivered."""
    resumes_at: datetime | None = None
    """When the next try is made, where the account is used elsewhere and the program leaves it alone."""
    looked_at: datetime | None = None
    """When the program last asked Zalo whether anything was missing, and nothing was."""
    backed_up_at: datetime | None = None
    """When the last backup was made; None where none ever was."""
    backup_overdue: bool = False


class Introduction(NamedTuple):
    """Plain values of the settings; whoever prepares them can show the text before anything runs."""

    unit: str
    """The body that runs the group: `UBND tỉnh Mẫu`."""
    admins: tuple[tuple[str, str], ...]
    """(full name, title) of those who may be asked."""
    bodies_days: int
    """How long it is kept what was said outside of a case."""
    cases_days: int
    """And under one, after it was closed."""
    readers_days: int
    """How long it is kept who has received or seen a message under a case."""


UNINTRODUCED = Introduction(unit="", admins=(), bodies_days=0, cases_days=0, readers_days=0)
"""Of an office that has said nothing of itself."""


@dataclass(frozen=True)
class ServicePolicy:
    """Plain values; whoever builds the program takes them from its settings."""

    account: str
    """uid of the bot account."""
    groups: Mapping[str, str]
    """Group id -> name."""
    regulation: Regulation
    ladder: Ladder
    """Who is told of a case."""
    catalogue: Catalogue
    clock: Clock
    status: Callable[[], LineStatus]
    draw_code: Callable[[], str]
    """Makes a one-time code of six digits that nobody can foresee."""
    look_at: Callable[[str], None]
    """Has that group looked at soon: who is in it, and under what name."""
    look_for: Callable[[str, str], None]
    """Has that group looked at at once for the uid of somebody who writes there and of whom too little is known."""
    with_marks: Callable[[str], Sequence[str]]
    """A sentence without marks -> the likeliest sentences with them, the best first, at least one."""
    letterhead: Letterhead
    """What stands above and below a report on paper."""
    changes: ChangeVocabulary
    """How people call what can be changed about a group."""
    clarity: ClarityPolicy
    """What counts as a directive or a report, and what as brief and clear."""
    remind_members: bool = True
    """Whether members get a private request about light findings; about sealed ones they always do."""
    repeat_window: timedelta = timedelta(hours=1)
    """Repeats of one person under one rule within this time join the open case."""
    member_cooldown: timedelta = timedelta(hours=24)
    """A member is not asked again about the same light rule within this time."""

    leader_after: timedelta = timedelta(minutes=15)
    """A grave case on which the desk has not answered for so long goes to the leader, marked as not verified."""
    digest_after: timedelta = timedelta(minutes=30)
    """What a person has to look at first is gathered for so long and told in one message."""
    report_files: Sequence[ReportFormat] = (ReportFormat.DOCX, ReportFormat.PNG)
    """What goes out beside the text of a monthly or quarterly report."""
    quiet_hours: QuietHours | None = None
    """When light findings wait for the morning."""
    longest_name: int = 40
    """How many characters Zalo is believed to take; for a longer name a short form is proposed as well."""
    short_forms: ShortForms = field(default_factory=lambda: ShortForms(()))
    """How titles and offices may be shortened."""
    name_reminder_after: timedelta = timedelta(days=7)
    """A member whose name is still not right is asked again after so long."""
    name_reminders: int = 3
    """How many times at most a member is asked again."""
    names_asked_per_day: int = 30
    """So many members are asked about their names on one day; the others on the days that follow."""
    code_valid: timedelta = timedelta(minutes=5)
    """How long a one-time code counts."""
    readers_kept: timedelta = timedelta(days=90)
    """How long it is kept who has read a message under a case."""
    remove_outsiders: bool = False
    """Whether the program puts who came in from outside the roster out of the group by itself, where it may."""
    accept_friends: bool = True
    """Whether friend requests of those who belong to a group are accepted."""
    lookups_per_day: int = 40
    """How many telephone numbers of the roster are looked up on Zalo a day."""
    lookup_every: timedelta = timedelta(seconds=30)
    """The least time between two of them."""
    approvers: frozenset[Role] = frozenset({Role.LEADER})
    """Whose word allows a change of the group."""
    approval_valid: timedelta = timedelta(hours=24)
    """How long an approval waits for its one use, where no time was said."""
    approved_within: timedelta = timedelta(hours=48)
    """So long after a change it may still be allowed."""

    trial: timedelta = timedelta(0)
    """How long a new account works on trial before the admin gets the page about it; zero for no trial."""
    introduce: bool = False
    """Whether the program introduces itself in the group, once, when it is switched on."""
    introduction: Introduction = UNINTRODUCED
    """What it says of itself."""

    def steps(self, case: Case, person: Person, now: datetime) -> Steps:
        """Who is told of the case, taken as opened now, and when."""
        leadership = person.has(Role.LEADER, Role.LEADERSHIP)
        return self.ladder.steps(case.gravity, case.nth, now, self._times, leadership=leadership)

    def kept_until(self, case: Case) -> datetime | None:
        """The end of the quiet hours, where they keep the desk from hearing of the case now."""
        return self.ladder.morning(case.gravity, case.nth, self.clock(), self._times)

    def rests_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours in which the moment lies; None where it lies in none."""
        return self.quiet_hours.until(moment) if self.quiet_hours else None

    @property
    def _times(self) -> Times:
        return Times(self.leader_after, self.digest_after, self.quiet_hours, self.remind_members)

    @property
    def governed(self) -> list[Group]:
        """The groups in the order of the settings."""
        return [Group(group_id, name) for group_id, name in self.groups.items()]

    def group(self, group_id: str) -> Group:
        """The group of that id, also one that is no longer governed but still has cases."""
        return Group(group_id, self.groups.get(group_id, ""))

    @property
    def home_group_id(self) -> str:
        """The group under which private conversations are recorded, "" where none is governed."""
        return next(iter(self.groups), "")
