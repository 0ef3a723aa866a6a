"""The settings and helper functions that all features share: governed groups, intervals, limits and texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from zalo_governor.config.attachments import AttachmentSettings
from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.config.panel import PanelSettings
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
from zalo_governor.domain.connection import FrameCount, LineState
from zalo_governor.domain.delivery import NOTHING_OUTGOING, UndeliveredCounts
from zalo_governor.domain.documents import Letterhead
from zalo_governor.domain.escalation import Ladder, Steps, Times
from zalo_governor.domain.people import Group, Person, Role
from zalo_governor.domain.regulation import Regulation
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.text.names.short_forms import ShortForms


class ScanStatus(NamedTuple):
    """State of the scanning of attachments, shown by the command /trangthai (status)."""

    waiting: int
    """Attachments that are still to be scanned."""
    oldest_at: datetime | None
    """When the oldest of them was queued; None if none waits."""
    antivirus: bool
    """Whether an antivirus is available."""
    text_recognition: bool
    """Whether the text in pictures can be read."""


class LineStatus(NamedTuple):
    """State of the connection to Zalo, of sending and of backups, shown by the command /trangthai (status)."""

    state: LineState | None
    """State of the connection; None until the socket listener has reported for the first time."""
    since: datetime | None = None
    """Since when the connection has been in this state."""
    heard_at: datetime | None = None
    """When the last socket frame was received."""
    outgoing: UndeliveredCounts = NOTHING_OUTGOING
    """How many notices (messages of the bot) wait to be sent, and how many could not be delivered."""
    resumes_at: datetime | None = None
    """When the program connects again, if it paused because the account is used on another device."""
    looked_at: datetime | None = None
    """When reconciliation (comparing Zalo's history with the stored messages) last found no message missing."""
    backed_up_at: datetime | None = None
    """When the last backup of the database was made; None if there has been none."""
    backup_overdue: bool = False
    audit_faults: int = 0
    """Number of places at which the audit log was not intact when the last backup was made."""
    copied_at: datetime | None = None
    """When a backup was last copied off the machine and verified; None if that never succeeded."""
    copy_missing: bool = False
    """Whether the newest backup could not be copied off the machine, although the settings say where to."""
    signal_failing_since: datetime | None = None
    """Since when the dead-man signal could not be sent; None if it arrives or is switched off."""
    scans: ScanStatus | None = None
    """State of the scanning of attachments; None if it is not known."""
    frames: tuple[FrameCount, ...] = ()
    """Frames of the last 24 hours that carry no element (message, act, receipt), by kind."""


class Introduction(NamedTuple):
    """Facts for the message in which the program introduces itself to the members of a group."""

    unit: str
    """The authority that runs the group, such as `UBND tỉnh Mẫu` (a provincial People's Committee)."""
    admins: tuple[tuple[str, str], ...]
    """(full name, title) of the admins to whom members can turn with questions."""
    bodies_days: int
    """How many days messages are stored that belong to no case."""
    cases_days: int
    """How many days messages of a case are stored after the case was closed."""
    readers_days: int
    """How many days it is stored who has received or read a message of a case."""


UNINTRODUCED = Introduction(unit="", admins=(), bodies_days=0, cases_days=0, readers_days=0)
"""Introduction without any facts: the default if the settings contain none."""


@dataclass(frozen=True)
class ServicePolicy:
    """Settings and helper functions that the features need; built by `app.policy.office_policy`."""

    account: str
    """uid of the bot account."""
    groups: Mapping[str, str]
    """All governed groups, also those under another policy: Zalo id -> name in the settings."""
    regulation: Regulation
    ladder: Ladder
    """The escalation ladder: who is told of a case, and when."""
    catalogue: Catalogue
    clock: Clock
    status: Callable[[], LineStatus]
    draw_code: Callable[[], str]
    """Function returning a random code of six digits, which a person types to confirm a command once."""
    sync_soon: Callable[[str], None]
    """Function (group id): requests a group sync, which reads the members and their names from Zalo, soon."""
    sync_now: Callable[[str, str], None]
    """Function (group id, uid): requests a group sync at once, because the name of that account is unknown."""
    words_of: Callable[[str, str], str]
    """Function (group id, message key): the text of a stored message; "" if its content is not stored."""
    with_marks: Callable[[str], Sequence[str]]
    """Function restoring Vietnamese diacritics in a sentence: returns one or more candidates, the likeliest first."""
    letterhead: Letterhead
    """Sender, recipients and signature block of a report document."""
    changes: ChangeVocabulary
    """Words for the things that can be changed about a group (name, picture …), as people type and read them."""
    clarity: ClarityPolicy
    """Criteria by which messages count as directives (orders of a leader) or reports, and as brief and clear."""
    escalation: EscalationSettings = field(default_factory=EscalationSettings)
    names: NameSettings = field(default_factory=NameSettings)
    roster: RosterSettings = field(default_factory=RosterSettings)
    approval: ApprovalSettings = field(default_factory=ApprovalSettings)
    directives: DirectiveSettings = field(default_factory=DirectiveSettings)
    attachments: AttachmentSettings = field(default_factory=AttachmentSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    short_forms: ShortForms = field(default_factory=lambda: ShortForms(()))
    """Abbreviations of titles and agencies that are accepted in members' display names."""
    trial: timedelta = timedelta(0)
    """How long a new account is on trial (only the admin gets messages) until its summary is sent; zero: no trial."""
    introduce: bool = False
    """Whether the program introduces itself in each group, once, when the trial period ends."""
    introduction: Callable[[str], Introduction] = lambda _group_id: UNINTRODUCED
    """Function (group id): facts for the message in which the program introduces itself (see `introduce`)."""
    here: frozenset[str] | None = None
    """Ids of the groups that are governed under this policy; None for all."""
    offices: Mapping[str, "ServicePolicy"] = field(default_factory=dict)
    """Group id -> the policy under which the group is governed; empty if all groups share this one."""

    def of(self, group_id: str) -> "ServicePolicy":
        """Return the policy under which the group is governed: the common one, or one with settings of its own."""
        return self.offices.get(group_id, self)

    @property
    def all_offices(self) -> list["ServicePolicy"]:
        """The policies under which groups are governed, each once; only this one if all groups share it."""
        return list({id(office): office for office in self.offices.values()}.values()) or [self]

    @cached_property
    def voice(self) -> MessageFormatter:
        """Return the formatter of messages, with the catalogue of texts and the regulation of this policy."""
        return MessageFormatter(self.catalogue, self.regulation)

    def steps(self, case: Case, person: Person, now: datetime) -> Steps:
        """Return who is to be notified, and when, of a case about `person` opened at `now` (the escalation policy)."""
        leadership = person.holds(case.group_id, Role.LEADER, Role.LEADERSHIP)
        return self.ladder.steps(case.gravity, case.nth, now, self._times, leadership=leadership)

    def kept_until(self, case: Case) -> datetime | None:
        """Return the end of the quiet hours if the admins are told of the case only then; None if told at once."""
        return self.ladder.morning(case.gravity, case.nth, self.clock(), self._times)

    def rests_until(self, moment: datetime) -> datetime | None:
        """Return the end of the quiet hours (in which minor notices wait) if they contain `moment`; else None."""
        return self.escalation.quiet_hours.until(moment) if self.escalation.quiet_hours else None

    @property
    def _times(self) -> Times:
        return Times(
            timedelta(minutes=self.escalation.leader_after_minutes),
            timedelta(minutes=self.escalation.digest_minutes),
            self.escalation.quiet_hours,
            self.escalation.remind_members,
        )

    @property
    def governed(self) -> list[Group]:
        """The groups that the program governs under this policy, in the order of the settings."""
        return [Group(*one) for one in self.groups.items() if self.here is None or one[0] in self.here]

    def group(self, group_id: str) -> Group:
        """Return the group with that id; its name is "" if it is no longer governed (it may still have cases)."""
        return Group(group_id, self.groups.get(group_id, ""))
