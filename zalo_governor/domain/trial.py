"""The time in which the program works on trial: it does all that it does, and what would go out is withheld."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Person, Role


class Trial(BaseModel):
    """How a bot account stands with its trial."""

    model_config = ConfigDict(frozen=True)

    account: str
    began_at: datetime
    """When the account was first started here."""
    live_at: datetime | None = None
    """When it was switched on; None while it is on trial."""
    live_by: int | None = None
    """Person who switched it on; None for whoever sits at the machine."""
    told_at: datetime | None = None
    """When the admin got the page about the trial."""
    announced_at: datetime | None = None
    """When the desk heard that it was switched on."""


class Addressee(StrEnum):
    """Whom a message would have reached, by what the regulation makes of them."""

    LEADER = "leader"
    LEADERSHIP = "leadership"
    STAFF = "staff"
    REPORT_READER = "report_reader"
    MEMBER = "member"
    GROUP = "group"

    @classmethod
    def of(cls, person: Person | None) -> Self:
        """The kind of a person, the highest of several roles first; None stands for a group."""
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
    """Messages to one addressee about cases of one rule that did not go out."""

    model_config = ConfigDict(frozen=True)

    person_id: int | None
    """None for a group."""
    rule_id: str
    """"" for what is about no case."""
    clause: str
    notices: int


class RuleOutcome(BaseModel):
    """What became of the cases of one rule."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    cases: int
    false_alarms: int

    @property
    def false_share(self) -> float:
        """How many of the cases were said to be false alarms, 0 to 1."""
        return self.false_alarms / self.cases if self.cases else 0.0


class ShadowFigures(BaseModel):
    """What a rule of maturity `shadow` found: nobody was told."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    severity: Severity
    findings: int
    people: int


class TrialFigures(BaseModel):
    """What the page about the trial is made of."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    withheld: tuple[Withheld, ...]
    outcomes: tuple[RuleOutcome, ...]
    shadow: tuple[ShadowFigures, ...]
