"""Claims, by which only one process carries out each run of a scheduled job."""

from datetime import datetime

from sqlalchemy import select

from zalo_governor.domain.clock import to_ms
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema import job_runs

SKIPPED_NUMBERS = 100
"""How many numbers of cases, remarks and so on are left out after a restore: people may have been told later ones."""
RESTORED = "restored"
"""Name of the claim with the time at which the database was last restored from a backup."""


class Claims(Repository):
    """Claims of the runs of scheduled jobs: of several processes, only the one that claims a run carries it out."""

    def claim_once(self, job: str, due: datetime) -> bool:
        """Claim the run of the work named `job` that is due at `due`; return False if that run was claimed before."""
        claimed = self._tx.database.insert_or_ignore(job_runs).returning(job_runs.c.job)
        return self._tx.connection.execute(claimed, {"job": storable(job), "due_ms": to_ms(due)}).first() is not None

    def is_claimed(self, job: str, due: datetime) -> bool:
        """Return whether the run of the work named `job` that is due at `due` has been claimed."""
        claimed = select(job_runs.c.job).where(job_runs.c.job == storable(job), job_runs.c.due_ms == to_ms(due))
        return self._tx.execute(claimed).first() is not None

    def is_restored_since(self, due: datetime) -> bool:
        """Return whether the database was restored from a backup at `due` or later: earlier claims may be missing."""
        later = select(job_runs.c.job).where(job_runs.c.job == RESTORED, job_runs.c.due_ms >= to_ms(due))
        return self._tx.execute(later).first() is not None
