"""Whether a bot account is on trial. The figures about it are in `trial_figures`."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.trial import Trial
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.verdicts import Records
from zalo_governor.storage.schema import trials


class TrialState(Records):
    """The part of a unit that knows whether an account is on trial. Asked once for each unit."""

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        super().__init__(database, connection, account)
        self._trials: dict[str, Trial | None] = {}

    def trial(self, account: str) -> Trial | None:
        """How the account stands with its trial; None before its first start."""
        if account not in self._trials:
            row = self._ask(select(trials).where(trials.c.account == account)).first()
            self._trials[account] = row and Trial(
                account=row.account,
                began_at=from_ms(row.began_ms),
                live_at=_moment(row.live_ms),
                live_by=row.live_by,
                told_at=_moment(row.told_ms),
                announced_at=_moment(row.announced_ms),
            )
        return self._trials[account]

    def begin_trial(self, account: str, at: datetime) -> None:
        """The account is started; only the first time counts."""
        row = {"account": account, "began_ms": to_ms(at)}
        self._connection.execute(self._database.insert_or_ignore(trials), row)
        self._trials.clear()

    def save_trial(self, trial: Trial) -> None:
        """Write it anew; its beginning stays."""
        values = {
            "live_ms": _ms(trial.live_at),
            "live_by": trial.live_by,
            "told_ms": _ms(trial.told_at),
            "announced_ms": _ms(trial.announced_at),
        }
        self._connection.execute(update(trials).where(trials.c.account == trial.account).values(values))
        self._trials.clear()

    def _live(self) -> bool:
        """Whether this unit's account was switched on: what was withheld before then has reached nobody."""
        trial = self.trial(self._account or "")
        return trial is not None and trial.live_at is not None


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)
