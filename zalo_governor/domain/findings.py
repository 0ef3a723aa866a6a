"""Findings (possible breaches that rules found in an event) and verdicts (all findings of one event)."""

from collections.abc import Collection
from enum import StrEnum
from typing import Self

from zalo_governor.domain.models import FrozenModel


class Severity(StrEnum):
    """Severity of a finding (a possible breach found by a rule); decides who is notified and when."""

    SUSPECT = "suspect"
    """Not certain enough to notify anybody at once: counted, at most listed for the admins in a daily digest."""
    TRIAGE = "triage"
    """A person must check first: the admins are notified, the member concerned is not."""
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return the place in the order of gravity: 0 for `suspect` … 4 for `critical`."""
        return list(Severity).index(self)


class Finding(FrozenModel):
    """A possible breach of a clause of the regulation that one rule found in one event (such as a message)."""

    rule_id: str
    clause: str
    severity: Severity
    label: str
    """The rule's short name for this kind of breach, for example `no_diacritics`."""
    field: str = "text"
    """Name of the event's string in which the breach was found: text, caption, file_name, name, quote …"""
    spans: tuple[tuple[int, int], ...] = ()
    """Where the breach is: code-point offsets [start, end) into the string named by `field`, as it was typed."""
    suggestion: str | None = None
    """The corrected text proposed to the member; None where the rule proposes none."""
    excerpt: str | None = None
    """At most 80 characters of the text, for admins (command /xem, view); never set where `seals` is True."""
    level: str | None = None
    """Secrecy level `mat`, `toi_mat` or `tuyet_mat` (highest): estimated, or named in talk about secrets."""
    reason: str | None = None
    """The rule's reason code, for example `no_title`, or ids of matched patterns; never words of the message."""
    seals: bool = False
    """True where nothing of the event's content may be stored, as it may be a state secret (the event is sealed)."""
    shadow: bool = False
    """True where the rule runs for evaluation only: the finding is recorded, but nobody is notified."""
    subject_uid: str | None = None
    """uid of the person concerned where that is not the event's sender, such as a newly joined member."""

    def bare(self) -> Self:
        """Return a copy without the fields that may quote the message, as no content of a sealed event is stored."""
        return self.model_copy(update={"spans": (), "suggestion": None, "excerpt": None})


class SealedFinding(FrozenModel):
    """A finding about a possible state secret, as it is stored: without any field that could contain message text."""

    rule_id: str
    clause: str
    severity: Severity
    label: str
    level: str | None = None
    shadow: bool = False


class RuleFailure(FrozenModel):
    """Record of an exception raised by a rule; without the exception's message, which may quote the event's content."""

    rule_id: str
    error: str
    """Class name and place of the exception: `ValueError at diacritics.py:41`."""


class Verdict(FrozenModel):
    """The findings of all rules in one event, and the rules that failed on the event."""

    findings: tuple[Finding | SealedFinding, ...] = ()
    failures: tuple[RuleFailure, ...] = ()

    @property
    def sealed(self) -> bool:
        """Return whether a finding demands to store nothing of the event's content, as it may be a state secret."""
        return bool(self.findings) and any(
            isinstance(finding, SealedFinding) or finding.seals for finding in self.findings
        )

    def with_trials(self, rules: Collection[str]) -> Self:
        """Return a copy in which these rules' findings are `shadow` (told to nobody), unless they seal a message."""
        marked = tuple(
            finding.model_copy(update={"shadow": True})
            if isinstance(finding, Finding) and finding.rule_id in rules and not finding.seals
            else finding
            for finding in self.findings
        )
        return self.model_copy(update={"findings": marked}) if rules else self
