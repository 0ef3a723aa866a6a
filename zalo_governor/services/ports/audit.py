"""What the services need of the audit log and of claims."""

from datetime import datetime
from typing import Any, Protocol

from zalo_governor.domain.audit import AuditHead, Opening
from zalo_governor.domain.cases import Case


class AuditTrail(Protocol):
    """The audit log."""

    def append(
        self, action: str, *, at: datetime, actor_id: int | None, group_id: str, subject: str, detail: dict[str, Any]
    ) -> None:
        """Append to the audit log. `detail` holds codes and figures, never message text."""
        ...

    def head(self) -> AuditHead:
        """Where the chain of the audit log ends now; reports print it, so that a log put back in time shows."""
        ...

    def openings(self, case: Case) -> list[Opening]:
        """Who has opened a case, and how often, whoever did it last first."""
        ...


class Claims(Protocol):
    """Runs of named work, each claimed once."""

    def claim_once(self, job: str, due: datetime) -> bool:
        """Whether this (job, due) is claimed for the first time; claims it."""
        ...

    def is_claimed(self, job: str, due: datetime) -> bool:
        """Whether this (job, due) has been claimed."""
        ...
