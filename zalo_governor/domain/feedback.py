"""Remarks that members send to the admins: incidents (clause 7.7) and suggestions (clause 8.3)."""

from datetime import datetime
from enum import StrEnum

from zalo_governor.domain.models import FrozenModel


class RemarkKind(StrEnum):
    """Kind of a remark that a member sends to the admins by chat command: /suco (incident) or /gopy (suggestion)."""

    INCIDENT = "incident"
    """The member could not send or receive messages."""
    SUGGESTION = "suggestion"
    """The member reports a difficulty or proposes a change."""

    @property
    def prefix(self) -> str:
        """Return how the codes of such remarks begin: with `SC` (sự cố, incident) or `GY` (góp ý, suggestion)."""
        return {RemarkKind.INCIDENT: "SC", RemarkKind.SUGGESTION: "GY"}[self]


class Remark(FrozenModel):
    """An incident or a suggestion that a member sent to the admins."""

    kind: RemarkKind
    number: int
    """Consecutive number among the remarks of the same kind, from 1."""
    group_id: str
    person_id: int
    at: datetime
    text: str
    """What the member wrote, as one printable line; shown to admins only, never logged, not in reports for others."""

    @property
    def code(self) -> str:
        """Return the code by which people refer to the remark, such as `SC-3`."""
        return f"{self.kind.prefix}-{self.number}"
