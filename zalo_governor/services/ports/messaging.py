"""What the services need of messages, and of the trial that withholds them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.trial import Trial, TrialFigures, Withheld


class Trials(Protocol):
    """The trial of each bot account."""

    def get(self, account: str) -> Trial | None:
        """How the account stands with its trial; None before its first start."""
        ...

    def save(self, trial: Trial) -> None:
        """Write it anew; its beginning stays."""
        ...

    def figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """What was withheld by the account since then, what became of the groups' cases, what rules on trial found."""
        ...

    def withheld_of(self, case: Case) -> list[Withheld]:
        """The messages about a case that did not go out, by addressee."""
        ...

    def withheld_count(self, group_id: str, start: datetime, end: datetime) -> int:
        """How many messages on behalf of the group did not go out in [start, end), since the account was on trial."""
        ...


class OutboxEntries(Protocol):
    """Messages to be sent."""

    def add(self, notice: Notice, *, withheld: bool = False) -> None:
        """Put a message into the outbox; one that is withheld is kept there to be counted, and never sent."""
        ...

    def last_added(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """When a message of that purpose was last put into the outbox for that person, not before `since`.

        With `rule_id`, only messages about cases of that rule count. What was withheld counts while the account is on
        trial, so that it does then what it will do.
        """
        ...

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """For how many people messages of that purpose about cases of that rule were put into the outbox since then.

        What was withheld counts as in `last_posted`.
        """
        ...


class Deliveries(Protocol):
    """What became of the notices in the outbox."""

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        """The urgent alerts to the desk that nobody of it has got: made before that moment, or given up for all.

        An alert is the notices to all of the desk, made at one moment about one case; each is given until it is marked
        by `escalated`.
        """
        ...

    def next_unheard(self, after: timedelta) -> datetime | None:
        """When `unheard_alerts` will next give something, if nothing is delivered till then; None where nothing can."""
        ...

    def mark_escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Another way was taken to tell of them."""
        ...

    def lost_notices(self) -> list[Undelivered]:
        """What was given up of alerts and reports whose addressee has got something else since, and was not told of."""
        ...

    def mark_told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Their addressees were told that they had been lost."""
        ...

    def mark_told_to_desk(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """The desk was told that they do not get through."""
        ...

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        """Notices about a case to members and to the leader that were given up, or that are urgent and have been tried
        in vain since before that moment; the desk was not told of them."""
        ...

    def delivered_requests(self) -> list[Case]:
        """New cases whose request to the member has been delivered."""
        ...

    def request_state(self, case: Case) -> DeliveryState:
        """What is known of the latest request to the member about that case."""
        ...


class Feedback(Protocol):
    """Incidents and suggestions that members told the office."""

    def add(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Keep a remark and give it its number."""
        ...

    def between(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Those of [start, end), oldest first; for the desk's own list alone."""
        ...

    def untold(self, group_id: str, kind: RemarkKind) -> list[Remark]:
        """Those that the desk has not been told of, oldest first."""
        ...

    def mark_told(self, told: Sequence[Remark], at: datetime) -> None:
        """The desk has been told of these."""
        ...
