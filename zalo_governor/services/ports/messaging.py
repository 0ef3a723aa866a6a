"""Protocols of the repositories for outgoing messages, their delivery, trial mode (messages withheld) and feedback."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.trial import Trial, TrialFigures, Withheld


class Trials(Protocol):
    """Repository of trial mode, in which a bot account withholds its messages instead of sending them."""

    def get(self, account: str) -> Trial | None:
        """Return the account's trial state; None before its first start."""
        ...

    def save(self, trial: Trial) -> None:
        """Update the trial state; the stored `began_at` is kept."""
        ...

    def figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """Count withheld messages, outcomes of the groups' cases and findings of shadow rules since `since`."""
        ...

    def withheld_of(self, case: Case) -> list[Withheld]:
        """Return the withheld messages about a case, grouped by addressee."""
        ...

    def withheld_count(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the group's messages in [start, end) that were withheld because the account was in trial mode."""
        ...


class OutboxEntries(Protocol):
    """Outbox: durable queue of the messages to be sent."""

    def add(self, notice: Notice, *, withheld: bool = False) -> None:
        """Add a message to the outbox; with `withheld` it is stored to be counted and never sent."""
        ...

    def last_added(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """Return when a message of that purpose was last added for the person, at or after `since`; None if never.

        With `rule_id`, only messages about cases of that rule count. In trial mode withheld messages count too, so
        that the account behaves as it will after the trial.
        """
        ...

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """Count the people for whom messages of that purpose about cases of the rule were added since `since`.

        Withheld messages count as in `last_added`.
        """
        ...


class Deliveries(Protocol):
    """Repository of the delivery state of the notices in the outbox."""

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        """Return the urgent alerts that no admin has received: created before `before`, or given up for every admin.

        One alert is the list of notices to all admins created at one moment about one case; it is returned until
        `mark_escalated` is called for it.
        """
        ...

    def next_unheard(self, after: timedelta) -> datetime | None:
        """Return when the next alert, undelivered for `after`, will be in `unheard_alerts`; None if there is none."""
        ...

    def mark_escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the alerts were announced by another way than a private message."""
        ...

    def lost_notices(self) -> list[Undelivered]:
        """Return the alerts and reports given up whose addressee got a later message but was not told of the loss."""
        ...

    def mark_told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the addressees were told that these notices were lost."""
        ...

    def mark_told_to_desk(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the admins were told that these notices cannot be delivered."""
        ...

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        """Return undeliverable case notices to members or the leader of which the admins were not told yet.

        A notice counts if it was given up, or if it is urgent and has been tried in vain since before `before`.
        """
        ...

    def delivered_requests(self) -> list[Case]:
        """Return the cases in state NEW whose request to the member has been delivered."""
        ...

    def request_state(self, case: Case) -> DeliveryState:
        """Return the delivery state of the latest request to the member about the case."""
        ...


class Feedback(Protocol):
    """Repository of incidents and suggestions that members reported by a chat command."""

    def add(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Store an incident or suggestion and return it with its number."""
        ...

    def between(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Return the remarks made in [start, end), oldest first; to be shown to the admins only."""
        ...

    def untold(self, group_id: str, kind: RemarkKind) -> list[Remark]:
        """Return the remarks of which the admins have not been told yet, oldest first."""
        ...

    def mark_told(self, told: Sequence[Remark], at: datetime) -> None:
        """Record that the admins were told of these remarks."""
        ...
