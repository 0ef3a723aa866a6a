"""What rules say about events."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """How grave a finding is; decides who is told and when."""

    SUSPECT = "suspect"
    """Not sure enough to remind anybody: counted, at most a private hint."""
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
    """The rule's own word for what it found, for example `no_diacritics`."""
    field: str = "text"
    """Which string of the event: text, caption, file_name, name, quote …"""
    spans: tuple[tuple[int, int], ...] = ()
    """Code-point offsets [start, end) into that string as it was typed."""
    suggestion: str | None = None
    excerpt: str | None = None
    """At most 80 characters, for the admin's /xem; never set by a rule that seals."""
    level: str | None = None
    """Guessed level of secrecy (`mat`, `toi_mat`, `tuyet_mat`), only from rules that seal."""
    reason: str | None = None
    """The rule's own code for why, for example `no_title`; ids of patterns, never words of the message."""
    seals: bool = False
    """The content must not be kept."""
    shadow: bool = False
    """The rule is on trial: recorded, but nobody is told."""
    subject_uid: str | None = None
    """Whom it concerns, where that is not the event's sender: the member whose name came in."""

    def bare(self) -> Self:
        """The finding without anything that could repeat the content (sealing wins over all findings of an event)."""
        return self.model_copy(update={"spans": (), "suggestion": None, "excerpt": None})


class SealedFinding(BaseModel):
    """A finding of a rule that seals, as it may be kept: it has no field that could hold text."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    clause: str
    severity: Severity
    label: str
    level: str | None = None
    shadow: bool = False


class RuleFailure(BaseModel):
    """A rule raised: an outcome like any other, recorded and shown, without the exception's message: it may quote."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    error: str
    """Class name of the exception, and where: `ValueError at diacritics.py:41`."""


class Verdict(BaseModel):
    """Everything that the rules said about one event."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding | SealedFinding, ...] = ()
    failures: tuple[RuleFailure, ...] = ()

    @property
    def sealed(self) -> bool:
        """Whether the event's content must not be kept."""
        return bool(self.findings) and any(
            isinstance(finding, SealedFinding) or finding.seals for finding in self.findings
        )
