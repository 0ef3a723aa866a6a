"""Remarks of members to the office: incidents (clause 7.7) and suggestions (clause 8.3)."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RemarkKind(StrEnum):
    """Kind of a member's remark."""

    INCIDENT = "incident"
    """The member could not send or receive messages."""
    SUGGESTION = "suggestion"
    """A difficulty, or a proposal for a change."""

    @property
    def prefix(self) -> str:
        """Return the prefix of the kind's codes: `SC` or `GY`."""
        return {RemarkKind.INCIDENT: "SC", RemarkKind.SUGGESTION: "GY"}[self]


class Remark(BaseModel):
    """An incident or a suggestion that a member reported."""

    model_config = ConfigDict(frozen=True)

    kind: RemarkKind
    number: int
    """Consecutive number per kind, from 1."""
    group_id: str
    person_id: int
    at: datetime
    text: str
    """The typed text, in one printable line; shown to the admins only, never logged or put in others' reports."""

    @property
    def code(self) -> str:
        """Return the code by which people refer to the remark, such as `SC-3`."""
        return f"{self.kind.prefix}-{self.number}"
