"""The trial period of a bot account: the program works as usual, but its messages are withheld and only counted."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Person, Role


class Trial(BaseModel):
    """State of a bot account's trial period."""

    model_config = ConfigDict(frozen=True)

    account: str
    began_at: datetime
    """When the program first ran with the account."""
    live_at: datetime | None = None
    """When the trial ended and the bot began to send; None while on trial."""
    live_by: int | None = None
    """Id of the person who ended the trial; None where it was ended from the command line."""
    told_at: datetime | None = None
    """When the admin got the summary of the trial (`TrialFigures`)."""
    announced_at: datetime | None = None
    """When the admins were notified that the trial had ended."""


class Addressee(StrEnum):
    """Kind of addressee of a withheld message, by the addressee's highest role."""

    LEADER = "leader"
    LEADERSHIP = "leadership"
    STAFF = "staff"
    REPORT_READER = "report_reader"
    MEMBER = "member"
    GROUP = "group"

    @classmethod
    def of(cls, person: Person | None) -> Self:
        """Return the kind of addressee of a person, by the highest role; None stands for a group."""
        if person is None:
            return cls("group")
        for role, kind in (
            (Role.LEADER, "leader"),
            (Role.LEADERSHIP, "leadership"),
            (Role.ADMIN_STAFF, "staff"),
            (Role.REPORT_READER, "report_reader"),
        ):
            if person.has(role):
                return cls(kind)
        return cls("member")


class Withheld(BaseModel):
    """Number of withheld messages to one addressee about cases of one rule."""

    model_config = ConfigDict(frozen=True)

    person_id: int | None
    """Id of the addressee; None for a group."""
    rule_id: str
    """"" for messages that are not about a case."""
    clause: str
    notices: int


class RuleOutcome(BaseModel):
    """Number of cases and false alarms of one rule."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    cases: int
    false_alarms: int

    @property
    def false_share(self) -> float:
        """Return the share of the cases marked as false alarms, 0 to 1."""
        return self.false_alarms / self.cases if self.cases else 0.0


class ShadowFigures(BaseModel):
    """Findings of one rule of maturity `shadow`, which notify nobody."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    severity: Severity
    findings: int
    people: int


class TrialFigures(BaseModel):
    """Data of the summary of a trial that the admin gets."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    withheld: tuple[Withheld, ...]
    outcomes: tuple[RuleOutcome, ...]
    shadow: tuple[ShadowFigures, ...]
