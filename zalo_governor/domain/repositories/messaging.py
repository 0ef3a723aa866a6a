"""Protocols of the repositories for outgoing messages, their delivery, trial periods and members' remarks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.trial import Trial, TrialFigures, Withheld


class Trials(Protocol):
    """Repository of the trial periods of bot accounts in their groups.

    During the trial only admins get messages; messages to others are withheld: stored for counting, never sent.
    """

    def get(self, account: str, group_id: str) -> Trial | None:
        """Return the state of the account's trial in the group; None before the program first ran with it there."""
        ...

    def save(self, trial: Trial) -> None:
        """Update the stored state of a trial; the stored beginning (`began_at`) is kept."""
        ...

    def rules(self, group_id: str) -> Mapping[str, datetime]:
        """Return the ids of the rules that an admin has put on trial in the group, and since when."""
        ...

    def begin_rule(self, group_id: str, rule_id: str, at: datetime, by: int) -> None:
        """Record that the person with the id `by` puts the rule on trial; no effect if it is on trial already."""
        ...

    def end_rule(self, group_id: str, rule_id: str) -> None:
        """Record that the rule is in force again."""
        ...

    def figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """Count what happened in the groups' trials since `since`, for a summary.

        Counted are the withheld messages, the outcomes of the groups' cases, and the findings of rules that are on
        trial themselves (shadow rules).
        """
        ...

    def withheld_of(self, case: Case) -> list[Withheld]:
        """Return how many messages about the case were withheld (not sent because of the trial), by addressee."""
        ...

    def withheld_count(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count messages about the group, or about no group, that were withheld in [start, end) by the trial."""
        ...


class OutboxEntries(Protocol):
    """Repository that adds messages to the outbox (durable queue of messages to be sent), and finds earlier ones."""

    def add(self, notice: Notice, *, withheld: bool = False) -> None:
        """Add a message to the outbox; a `withheld` one (the account is on trial) is only counted, never sent."""
        ...

    def last_added(
        self, person_id: int, purpose: str, group_id: str, since: datetime, rule_id: str | None = None
    ) -> datetime | None:
        """Return when a message of that purpose (`Purpose`) was last added for the person since `since`; None if never.

        With `rule_id`, only messages about cases of that rule count. During the trial, in which most messages are
        withheld instead of sent, withheld messages count too, so that the program behaves as it will afterwards.
        """
        ...

    def people_asked(self, purpose: str, group_ids: Collection[str], since: datetime, rule_id: str) -> int:
        """Count the people for whom a message of that purpose about a case of the rule was added since `since`.

        Withheld messages count as in `last_added`.
        """
        ...


class Deliveries(Protocol):
    """Repository of the delivery state (waiting, sent, given up) of the notices (the bot's messages) in the outbox."""

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        """Return the urgent alerts that reached no admin, though created by `before`; or given up for every admin.

        One alert is the list of notices to all admins created at one moment about one case; it is returned until
        `mark_escalated` is called for it.
        """
        ...

    def next_unheard(self, after: timedelta) -> datetime | None:
        """Return when `unheard_alerts` will next return an alert, if none is delivered before; None if no alert waits.

        That is the time `after` the alert's creation, or at once if sending it was given up.
        """
        ...

    def mark_escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that these alerts, which reached no admin, were passed on to others or by another channel."""
        ...

    def lost_notices(self) -> list[Undelivered]:
        """Return the alerts and reports that could not be delivered, of people to whom a later message was delivered.

        Those of which these people have been told (`mark_told_of_loss`) are left out.
        """
        ...

    def mark_told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the people for whom these lost notices were meant have been told of the loss."""
        ...

    def mark_told_to_desk(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the admins (the desk) were told that these notices to other people cannot be delivered."""
        ...

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        """Return undeliverable notices about cases, to members or the leader, of which the admins have not been told.

        A notice counts as undeliverable if it was given up, or if it is urgent, was created by `before` and tried in
        vain.
        """
        ...

    def send_again(self, case: Case, now: datetime) -> int:
        """Put the notices about the case that were given up back into the queue; return how many there were.

        They are tried for as long again as they were at first; one that may have arrived is marked as sent again.
        """
        ...

    def delivered_requests(self) -> list[Case]:
        """Return the cases in state NEW whose notice asking the member to correct the breach was delivered."""
        ...

    def request_state(self, case: Case) -> DeliveryState:
        """Return the delivery state of the latest notice asking the case's member to correct the breach."""
        ...


class Feedback(Protocol):
    """Repository of remarks: incidents and suggestions that members sent to the admins by a chat command."""

    def add(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Store a remark (an incident or a suggestion) and return it with its number."""
        ...

    def between(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Return the group's remarks of that kind made in [start, end), oldest first; to be shown to admins only."""
        ...

    def untold(self, group_ids: Collection[str], kind: RemarkKind) -> list[Remark]:
        """Return the groups' remarks of that kind of which the admins have not been told yet, oldest first."""
        ...

    def mark_told(self, told: Sequence[Remark], at: datetime) -> None:
        """Record that the admins were told of these remarks at `at`."""
        ...
