"""Protocols for the audit log and for claims (named work that must run only once)."""

from datetime import datetime
from typing import Any, Protocol

from zalo_governor.domain.audit import AuditHead, Opening
from zalo_governor.domain.cases import Case


class AuditTrail(Protocol):
    """Repository of the audit log, an append-only hash chain."""

    def append(
        self, action: str, *, at: datetime, actor_id: int | None, group_id: str, subject: str, detail: dict[str, Any]
    ) -> None:
        """Append one record to the audit log. `detail` holds codes and figures, never message text."""
        ...

    def head(self) -> AuditHead:
        """Return the current end of the hash chain; reports print it, which exposes a log replaced by an old copy."""
        ...

    def openings(self, case: Case) -> list[Opening]:
        """Return who has opened the case and how often, the most recent reader first."""
        ...


class Claims(Protocol):
    """Repository of claims: each pair of job name and due time can be claimed once, by one process."""

    def claim_once(self, job: str, due: datetime) -> bool:
        """Claim the pair (job, due); return False if it was claimed before."""
        ...

    def is_claimed(self, job: str, due: datetime) -> bool:
        """Return whether the pair (job, due) has been claimed."""
        ...
