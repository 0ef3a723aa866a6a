"""The trial of a bot account: a first period in which only admins get messages; all others are withheld and counted."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from zalo_governor.domain.findings import Severity
from zalo_governor.domain.models import FrozenModel
from zalo_governor.domain.people import Person, Role


class Trial(FrozenModel):
    """The trial of a bot account in a group (a first period in which only admins get messages): when it began and
    ended."""

    account: str
    group_id: str
    began_at: datetime
    """When the program first ran with the account in the group."""
    live_at: datetime | None = None
    """When the trial ended, so that the bot sends messages to everybody; None while on trial."""
    live_by: int | None = None
    """Id of the person who ended the trial; None while on trial, or where it was ended from the command line."""
    told_at: datetime | None = None
    """When the admin got the trial's summary (`TrialFigures`); None for not yet."""
    announced_at: datetime | None = None
    """When the admins were told that the trial had ended; None for not yet."""


class Addressee(StrEnum):
    """Kind of addressee of a message withheld in the trial (when only admins get messages): highest role, or group."""

    LEADER = "leader"
    LEADERSHIP = "leadership"
    STAFF = "staff"
    REPORT_READER = "report_reader"
    MEMBER = "member"
    GROUP = "group"

    @classmethod
    def of(cls, person: Person | None, group_id: str) -> Self:
        """Return the kind of addressee that a person is, by the highest role in the group; None stands for a group."""
        if person is None:
            return cls("group")
        for role, kind in (
            (Role.LEADER, "leader"),
            (Role.LEADERSHIP, "leadership"),
            (Role.ADMIN_STAFF, "staff"),
            (Role.REPORT_READER, "report_reader"),
        ):
            if person.holds(group_id, role):
                return cls(kind)
        return cls("member")


class Withheld(FrozenModel):
    """Number of messages (`notices`) about cases of one rule that were withheld from one addressee during the trial."""

    group_id: str
    """The group on whose behalf they would have been sent, or NO_GROUP."""
    person_id: int | None
    """Id of the addressee; None for a group."""
    rule_id: str
    """"" for messages that are not about a case."""
    clause: str
    notices: int


class RuleOutcome(FrozenModel):
    """Number of cases that one rule opened during the trial, and how many of them people marked as false alarms."""

    rule_id: str
    clause: str
    cases: int
    false_alarms: int

    @property
    def false_share(self) -> float:
        """Return the share of the cases that were marked as false alarms, 0 to 1; 0 where there are no cases."""
        return self.false_alarms / self.cases if self.cases else 0.0


class ShadowFigures(FrozenModel):
    """Number of findings of one rule in shadow mode (only evaluated, nobody is notified), and of persons concerned."""

    rule_id: str
    clause: str
    severity: Severity
    findings: int
    people: int


class TrialFigures(FrozenModel):
    """Data of the trial's summary for the admin: messages withheld, outcomes of cases, findings in shadow mode."""

    since: datetime
    withheld: tuple[Withheld, ...]
    outcomes: tuple[RuleOutcome, ...]
    shadow: tuple[ShadowFigures, ...]
