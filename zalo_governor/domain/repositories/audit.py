"""Protocols of the repositories for the audit log, and for claims (which let named work run only once)."""

from datetime import datetime
from typing import Any, Protocol

from zalo_governor.domain.audit import AuditHead, Move, Opening
from zalo_governor.domain.cases import Case


class AuditTrail(Protocol):
    """Repository of the audit log: append-only records, each linked to the one before by a hash (the hash chain)."""

    def append(
        self,
        action: str,
        *,
        at: datetime,
        actor_id: int | None = None,
        group_id: str,
        subject: str = "",
        detail: dict[str, Any],
    ) -> None:
        """Append one record to the audit log.

        Args:
            action: what was done, such as `case.moved`.
            at: when.
            actor_id: number of the person who acted; None for the program.
            group_id: the group concerned.
            subject: what was acted on, such as a case code; "" for the group itself.
            detail: further codes and figures, never message text.
        """
        ...

    def head(self) -> AuditHead:
        """Return the end of the hash chain: the number of records and the hash of the last one.

        Reports print it, so that a log replaced later by an older copy can be detected.
        """
        ...

    def last_move(self, case: Case) -> Move | None:
        """Return the last change of the case's state; None if it was never changed."""
        ...

    def openings(self, case: Case) -> list[Opening]:
        """Return who has viewed the case and how often, the most recent viewer first."""
        ...


class Claims(Protocol):
    """Repository of claims: whoever first claims a run of named work, given by name and due time, alone may do it.

    So the work is done once, though several processes or repeated calls may attempt it.
    """

    def claim_once(self, job: str, due: datetime) -> bool:
        """Claim the run of the work named `job` that is due at `due`; return False if that run was claimed before."""
        ...

    def is_claimed(self, job: str, due: datetime) -> bool:
        """Return whether the run of the work named `job` that is due at `due` has been claimed."""
        ...
