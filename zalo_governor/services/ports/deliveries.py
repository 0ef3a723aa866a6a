"""What became of the notices that the office has posted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.delivery import DeliveryState, Undelivered


class Deliveries(Protocol):
    """The part of a transaction that knows what became of the notices."""

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        """The urgent alerts to the desk that nobody of it has got: made before that moment, or given up for all.

        An alert is the notices to all of the desk, made at one moment about one case; each is given until it is marked
        by `escalated`.
        """
        ...

    def next_unheard(self, after: timedelta) -> datetime | None:
        """When `unheard_alerts` will next give something, if nothing is delivered till then; None where nothing can."""
        ...

    def escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Another way was taken to tell of them."""
        ...

    def lost_notices(self) -> list[Undelivered]:
        """What was given up of alerts and reports whose addressee has got something else since, and was not told of."""
        ...

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        """Notices about a case to members and to the leader that were given up, or that are urgent and have been tried
        in vain since before that moment; the desk was not told of them."""
        ...

    def told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Their addressees were told that they had been lost."""
        ...

    def told_desk_of(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """The desk was told that they do not get through."""
        ...

    def delivered_requests(self) -> list[Case]:
        """New cases whose request to the member has been delivered."""
        ...

    def request_delivery(self, case: Case) -> DeliveryState:
        """What is known of the latest request to the member about that case."""
        ...
