"""What became of the notices, in memory: all are delivered at once unless a test says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import DeliveryState, Undelivered
from zalo_governor.domain.notices import Notice, Purpose


@dataclass
class FakeDeliveries:
    """Fits services.ports.Deliveries."""

    posted: list[Notice] = field(default_factory=list)
    book: dict[int, Case] = field(default_factory=dict)
    deliveries: dict[int, DeliveryState] = field(default_factory=dict)
    """Case number -> what became of the request to its member, where it was not delivered."""
    unheard: list[list[Undelivered]] = field(default_factory=list)
    lost: list[Undelivered] = field(default_factory=list)
    unreached: list[Undelivered] = field(default_factory=list)

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        return [alert for alert in self.unheard if alert[0].created_at <= before]

    def next_unheard(self, after: timedelta) -> datetime | None:
        return min((alert[0].created_at + after for alert in self.unheard), default=None)

    def escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self.unheard = [alert for alert in self.unheard if alert != list(notices)]

    def lost_notices(self) -> list[Undelivered]:
        return list(self.lost)

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        return [notice for notice in self.unreached if notice.final or notice.created_at <= before]

    def told_desk_of(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self.unreached = [notice for notice in self.unreached if notice not in notices]

    def told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        self.lost = [notice for notice in self.lost if notice not in notices]

    def delivered_requests(self) -> list[Case]:
        return [
            case
            for case in self.book.values()
            if case.state is CaseState.NEW and self.request_delivery(case) is DeliveryState.DELIVERED
        ]

    def request_delivery(self, case: Case) -> DeliveryState:
        requests = [notice for notice in self.posted if notice.purpose is Purpose.MEMBER_REQUEST]
        under = case.asked_with or case.id
        asked = any(notice.case_id == under for notice in requests)
        return self.deliveries.get(under, DeliveryState.DELIVERED if asked else DeliveryState.NONE)
