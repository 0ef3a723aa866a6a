"""Content of the YAML files of rules."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from zalo_governor.domain.findings import Severity
from zalo_governor.domain.models import TimeOfDay
from zalo_governor.rules.base import Maturity, Parameters
from zalo_governor.rules.declared.conditions import Condition
from zalo_governor.rules.examples import DeclaredExamples, Examples


class Exemption(Parameters):
    """Documentation of one kind of content that the rule deliberately does not report, and the reason."""

    what: str
    reason: str


class RuleSpec(Parameters):
    """Content of one rule's YAML file in `rules/`: its clause, severity, parameters, exemptions and examples."""

    id: str
    clause: str
    title: str
    why: str
    severity: Severity
    maturity: Maturity
    parameters: dict[str, Any] = {}
    exemptions: tuple[Exemption, ...] = ()
    examples: Examples = Examples()


RuleId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)]
Title = Annotated[str, Field(min_length=1, max_length=60)]
"""What a finding is about, after a colon in alerts: `quảng cáo, mua bán`."""
Why = Annotated[str, Field(min_length=1, max_length=160)]
"""A sentence to the member: what the regulation asks for, and what to do."""


class Tell(StrEnum):
    """Who is told of a finding."""

    MEMBER = "member"
    """The member is asked to correct the message, and the admins are told, by the escalation ladder."""
    ADMIN = "admin"
    """Only the admins are told, to look at the message."""
    NOBODY = "nobody"
    """Nobody is told; the finding is only counted."""


_SEVERITY_OF = {Tell.ADMIN: Severity.TRIAGE, Tell.NOBODY: Severity.SUSPECT}


class DeclaredSpec(Parameters):
    """Content of the file of a rule that is written in YAML alone: `check` says what it looks for."""

    id: RuleId
    clause: str
    title: Title
    why: Why
    severity: Severity | None = None
    """Severity of findings, only for `tell: member`; None: `minor`."""
    tell: Tell = Tell.MEMBER
    notices: int | None = Field(default=None, ge=1, le=20)
    """How many requests under this rule a member gets a day at most."""
    maturity: Maturity = Maturity.SHADOW
    check: Condition
    exemptions: tuple[Exemption, ...] = ()
    examples: DeclaredExamples

    @model_validator(mode="after")
    def _tells_by_severity(self) -> "DeclaredSpec":
        if self.severity and self.tell in _SEVERITY_OF:
            raise ValueError("tell: admin và tell: nobody đã định mức độ; hãy bỏ mục severity hoặc ghi tell: member")
        if self.notices and self.tell in _SEVERITY_OF:
            raise ValueError("notices chỉ dùng khi thành viên được nhắn; hãy bỏ mục notices hoặc ghi tell: member")
        return self

    @property
    def found_severity(self) -> Severity:
        """Return the severity of the rule's findings."""
        return _SEVERITY_OF.get(self.tell, self.severity or Severity.MINOR)


class Absence(Parameters):
    """What must follow a directive; exactly one of the fields is set."""

    answer_within_hours: float | None = Field(default=None, gt=0, le=200)
    """Working hours (`directives.working_times`) within which every addressee has to answer."""
    report_by: TimeOfDay | None = None
    """Time of day, on the day of the deadline, by which at least one addressee has to have reported."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Absence":
        if (self.answer_within_hours is None) == (self.report_by is None):
            raise ValueError("hãy ghi đúng một trong hai mục: answer_within_hours, report_by")
        return self


class AbsentSpec(Parameters):
    """Content of the file of a rule that tells the admins what is missing after a directive, such as an answer."""

    id: RuleId
    clause: str
    title: Title
    why: Why
    maturity: Maturity = Maturity.SHADOW
    """While it is `shadow`, the rule does nothing at all."""
    absent: Absence


class BoundSpec(Parameters):
    """Content of the file by which another regulation uses a shipped rule (`uses`: its id) under a clause of its own.

    Values that are left out are those of the common regulation.
    """

    uses: str
    clause: str
    severity: Severity | None = None
    maturity: Maturity | None = None
    parameters: dict[str, Any] = {}
