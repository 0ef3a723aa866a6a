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

    def failed_requests(self) -> list[Undelivered]:
        """Requests to members that were given up, of which the desk was not told."""
        ...

    def told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Who has to know was told that they had been lost."""
        ...

    def delivered_requests(self) -> list[Case]:
        """New cases whose request to the member has been delivered."""
        ...

    def request_delivery(self, case: Case) -> DeliveryState:
        """What is known of the latest request to the member about that case."""
        ...
