"""What members tell the office through the program: incidents (clause 7.7) and suggestions (clause 8.3)."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RemarkKind(StrEnum):
    """What it is about."""

    INCIDENT = "incident"
    """Somebody could not send or receive."""
    SUGGESTION = "suggestion"
    """What stands in the way, what should be changed."""

    @property
    def prefix(self) -> str:
        """Of its codes: `SC`, `GY`."""
        return {RemarkKind.INCIDENT: "SC", RemarkKind.SUGGESTION: "GY"}[self]


class Remark(BaseModel):
    """One of them."""

    model_config = ConfigDict(frozen=True)

    kind: RemarkKind
    number: int
    """Counted for each kind, from 1."""
    group_id: str
    person_id: int
    at: datetime
    text: str
    """As it was typed, printable and in one line: for the desk alone, never for another reader's report or a log."""

    @property
    def code(self) -> str:
        """What people cite: `SC-3`."""
        return f"{self.kind.prefix}-{self.number}"
