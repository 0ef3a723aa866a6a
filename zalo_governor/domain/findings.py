"""Findings: the results of checking events against the rules."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """Severity of a finding; decides who is notified and when."""

    SUSPECT = "suspect"
    """Not certain enough to notify anybody at once: counted, at most listed for the admins in a daily digest."""
    TRIAGE = "triage"
    """Needs a check by a person first: the admins are notified, the member is not."""
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Finding(BaseModel):
    """A rule's result on one event."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    severity: Severity
    label: str
    """Short name given by the rule to the kind of finding, for example `no_diacritics`."""
    field: str = "text"
    """The event's string in which the breach was found: text, caption, file_name, name, quote …"""
    spans: tuple[tuple[int, int], ...] = ()
    """Code-point offsets [start, end) into the string of `field`, as it was typed."""
    suggestion: str | None = None
    excerpt: str | None = None
    """At most 80 characters of the text, shown to admins by the command /xem; never set by a rule that seals."""
    level: str | None = None
    """Estimated secrecy level (`mat`, `toi_mat`, `tuyet_mat`), or the level named by talk about secrecy."""
    reason: str | None = None
    """The rule's reason code, for example `no_title`, or ids of matched patterns; never words of the message."""
    seals: bool = False
    """True where the event must be sealed: nothing of its content may be stored."""
    shadow: bool = False
    """True where the rule is on trial: the finding is recorded, but nobody is notified."""
    subject_uid: str | None = None
    """uid of the person concerned where that is not the event's sender, such as a newly joined member."""

    def bare(self) -> Self:
        """Return a copy without spans, suggestion and excerpt; used for all findings of a sealed event."""
        return self.model_copy(update={"spans": (), "suggestion": None, "excerpt": None})


class SealedFinding(BaseModel):
    """The storable form of a finding of a rule that seals; without any field that could hold message text."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    severity: Severity
    label: str
    level: str | None = None
    shadow: bool = False


class RuleFailure(BaseModel):
    """An exception raised by a rule; without the exception's message, which may quote the event's content."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    error: str
    """Class name and place of the exception: `ValueError at diacritics.py:41`."""


class Verdict(BaseModel):
    """The results of all rules for one event."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding | SealedFinding, ...] = ()
    failures: tuple[RuleFailure, ...] = ()

    @property
    def sealed(self) -> bool:
        """Return whether the event must be sealed: nothing of its content may be stored."""
        return bool(self.findings) and any(
            isinstance(finding, SealedFinding) or finding.seals for finding in self.findings
        )
