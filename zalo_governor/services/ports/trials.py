"""The trial of a bot account: what is withheld meanwhile, and what there is to say of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.trial import Trial, TrialFigures, Withheld


class Trials(Protocol):
    """The part of a transaction that knows whether an account is on trial, and counts what nobody was told."""

    def trial(self, account: str) -> Trial | None:
        """How the account stands with its trial; None before its first start."""
        ...

    def save_trial(self, trial: Trial) -> None:
        """Write it anew; its beginning stays."""
        ...

    def trial_figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """What was withheld by the account since then, what became of the groups' cases, what rules on trial found."""
        ...

    def withheld_of(self, case: Case) -> list[Withheld]:
        """The messages about a case that did not go out, by addressee."""
        ...

    def withheld_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """How many messages on behalf of the group did not go out in [start, end), since the account was on trial."""
        ...
