"""Messages of the outbox that were not delivered: their counts, and those to be reported by another way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms, from_ms_or_none, to_ms
from zalo_governor.domain.delivery import (
    KEPT_IN_SIGHT,
    UNHEARD_AFTER,
    DeliveryState,
    Undelivered,
    UndeliveredCounts,
)
from zalo_governor.domain.notices import OutgoingState, Purpose
from zalo_governor.storage.repositories.base import Repository, is_one_of
from zalo_governor.storage.repositories.cases import IS_OPEN, Cases
from zalo_governor.storage.schema import GIVEN_UP, PENDING, UNDELIVERED, URGENT_PRIORITY, cases, outbox

_TOGETHER_MS = 60_000
"""Maximum time in ms between the opening of two cases about the same event."""

IS_PENDING = is_one_of(outbox.c.state, PENDING)
_GIVEN_UP = is_one_of(outbox.c.state, GIVEN_UP)
_UNDELIVERED = is_one_of(outbox.c.state, UNDELIVERED)
_URGENT = outbox.c.priority == literal_column(str(URGENT_PRIORITY))
_SENT = outbox.c.state == OutgoingState.SENT.value
_TO_PEOPLE_OF_OFFICE = outbox.c.purpose.in_(
    [Purpose.ADMIN_ALERT.value, Purpose.LEADER_ALERT.value, Purpose.REPORT.value]
)
_TO_OTHERS = outbox.c.purpose.in_([Purpose.MEMBER_REQUEST.value, Purpose.LEADER_ALERT.value])
_REQUEST_STATES = {
    OutgoingState.SENT.value: DeliveryState.DELIVERED,
    OutgoingState.WITHHELD.value: DeliveryState.NONE,
    **dict.fromkeys((*PENDING, OutgoingState.SENDING.value), DeliveryState.PENDING),
}


def undelivered_counts(
    connection: Connection, whose: Sequence[ColumnElement[bool]], now: datetime
) -> UndeliveredCounts:
    """Return how many messages of the outbox wait, were tried in vain, and were given up in the last seven days.

    `whose` are SQL conditions that restrict the bot accounts; [] for all.
    """
    recent = outbox.c.done_ms >= to_ms(now - KEPT_IN_SIGHT)
    long_in_vain = and_(outbox.c.attempts > 0, outbox.c.created_ms <= to_ms(now - UNHEARD_AFTER))
    waiting = connection.execute(
        select(
            func.count(),
            func.min(case((outbox.c.attempts > 0, outbox.c.created_ms))),
            func.sum(case((and_(_URGENT, long_in_vain), 1), else_=0)),
        ).where(IS_PENDING, *whose)
    ).one()
    given_up = select(outbox.c.code, _URGENT.label("urgent"), func.count().label("number")).where(
        _UNDELIVERED, _GIVEN_UP, recent, *whose
    )
    codes: dict[int, int] = {}
    urgent = int(waiting[2] or 0)
    for row in connection.execute(given_up.group_by(outbox.c.code, outbox.c.priority)):
        codes[row.code or 0] = codes.get(row.code or 0, 0) + row.number
        urgent += row.number if row.urgent else 0
    return UndeliveredCounts(
        waiting=waiting[0],
        oldest_waiting_at=from_ms_or_none(waiting[1]),
        failed=sum(codes.values()),
        urgent_failed=urgent,
        codes=tuple(sorted(codes.items(), key=lambda item: (-item[1], item[0]))),
    )


@cache
def _undelivered_alerts(account: str | None) -> Select[Any]:
    """Return the SELECT of urgent alerts that reached no admin and were not passed on to others yet; oldest first."""
    other = outbox.alias("other")
    heard = exists().where(
        other.c.account == outbox.c.account,
        other.c.priority == literal_column(str(URGENT_PRIORITY)),
        other.c.created_ms == outbox.c.created_ms,
        other.c.group_id == outbox.c.group_id,
        other.c.case_id.is_not_distinct_from(outbox.c.case_id),
        other.c.purpose == Purpose.ADMIN_ALERT.value,
        other.c.state.in_([OutgoingState.SENT.value, OutgoingState.SUPERSEDED.value]),
    )
    mine = [outbox.c.account == account] if account else []
    alerts = outbox.c.purpose == Purpose.ADMIN_ALERT.value
    unheard = select(outbox).where(_UNDELIVERED, _URGENT, *mine, alerts, outbox.c.escalated_ms.is_(None), ~heard)
    return unheard.order_by(outbox.c.created_ms, outbox.c.id)


@dataclass(eq=False)
class Deliveries(Repository):
    """Finds notices (messages that the bot sends) that were not delivered, and records who was told of that."""

    _cases: Cases

    def unheard_alerts(self, before: datetime) -> list[list[Undelivered]]:
        """Return urgent alerts that reached no admin: those created by `before`, or given up for all admins.

        One alert is the list of notices to all admins created at one moment about one case; it is returned until
        `mark_escalated` is called for it.
        """
        return [
            alert for alert in self._alerts() if alert[0].created_at <= before or all(notice.final for notice in alert)
        ]

    def next_unheard(self, after: timedelta) -> datetime | None:
        """Return when `unheard_alerts` will next return an alert, if none is delivered before; None if no alert waits.

        An alert is returned `after` its creation, or at once if it was given up for all admins.
        """
        due = (
            alert[0].created_at + (timedelta(0) if all(notice.final for notice in alert) else after)
            for alert in self._alerts()
        )
        return min(due, default=None)

    def mark_escalated(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that these alerts, which reached no admin, were passed on to others or by another channel."""
        self._update_notices(notices, {"escalated_ms": to_ms(at)})

    def lost_notices(self) -> list[Undelivered]:
        """Return the undelivered alerts and reports for people to whom a later message was delivered.

        Left out are those of which the addressee has been told (`mark_told_of_loss`).
        """
        later = outbox.alias("later")
        reached = exists().where(
            later.c.account == outbox.c.account,
            later.c.attempted_ms > outbox.c.done_ms,
            later.c.person_id == outbox.c.person_id,
            later.c.state == OutgoingState.SENT.value,
        )
        lost = select(outbox).where(
            _UNDELIVERED, _GIVEN_UP, *self._is_own(), _TO_PEOPLE_OF_OFFICE, outbox.c.told_ms.is_(None),
            outbox.c.person_id.is_not(None), reached,
        )  # fmt: skip
        return [_undelivered(row) for row in self._tx.execute(lost.order_by(outbox.c.id))]

    def mark_told_of_loss(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the people for whom these lost notices were meant have been told of the loss."""
        self._update_notices(notices, {"told_ms": to_ms(at)})

    def mark_told_to_desk(self, notices: Sequence[Undelivered], at: datetime) -> None:
        """Record that the admins were told that these notices to other people cannot be delivered."""
        self._update_notices(notices, {"escalated_ms": to_ms(at)})

    def unreached_people(self, before: datetime) -> list[Undelivered]:
        """Return undeliverable notices about cases, to members or the leader, of which the admins have not been told.

        A notice counts as undeliverable if it was given up, or if it is urgent, was created by `before` and tried in
        vain.
        """
        in_vain = and_(_URGENT, outbox.c.attempts > 0, outbox.c.created_ms <= to_ms(before))
        unreached = select(outbox).where(
            _UNDELIVERED, or_(_GIVEN_UP, in_vain), *self._is_own(), outbox.c.escalated_ms.is_(None), _TO_OTHERS,
            outbox.c.case_id.is_not(None),
        )  # fmt: skip
        return [_undelivered(row) for row in self._tx.execute(unreached.order_by(outbox.c.id))]

    def send_again(self, case: Case, now: datetime) -> int:
        """Put the notices about the case that were given up back into the queue; return how many there were.

        Sending is tried for as long as at first; a notice that may have arrived is marked as a repetition.
        """
        waiting = {
            "state": OutgoingState.WAITING.value,
            "repeated": or_(outbox.c.repeated, outbox.c.state == OutgoingState.UNCONFIRMED.value),
            "attempts": 0,
            "not_before_ms": 0,
            "expires_ms": to_ms(now) + outbox.c.expires_ms - outbox.c.created_ms,
            "code": None,
            "done_ms": None,
            "escalated_ms": None,
            "told_ms": None,
        }
        again = update(outbox).where(outbox.c.case_id == case.id, _GIVEN_UP).values(waiting)
        return len(self._tx.execute(again.returning(outbox.c.id)).all())

    def delivered_requests(self) -> list[Case]:
        """Return the cases in state NEW whose member has received the notice that asks to correct the breach.

        One notice may cover several cases: all of one event, or all that were opened in one night.
        """
        asked = cases.alias("asked")
        new = cases.c.state == literal_column(f"'{CaseState.NEW.value}'")
        delivered = exists().where(
            asked.c.first_event_id == cases.c.first_event_id,
            asked.c.rule_id == cases.c.rule_id,
            asked.c.person_id == cases.c.person_id,
            asked.c.opened_ms.between(cases.c.opened_ms - _TOGETHER_MS, cases.c.opened_ms + _TOGETHER_MS),
            asked.c.group_id == cases.c.group_id,
            outbox.c.case_id == asked.c.id,
            outbox.c.purpose == Purpose.MEMBER_REQUEST.value,
            _SENT,
        )
        together = exists().where(
            outbox.c.case_id == cases.c.asked_with, outbox.c.purpose == Purpose.MEMBER_REQUEST.value, _SENT
        )
        found = self._cases.load(select(cases).where(IS_OPEN, new, or_(delivered, together)))
        return sorted(found, key=lambda case: case.id)

    def request_state(self, case: Case) -> DeliveryState:
        """Return the delivery state of the latest notice asking the case's member to correct the breach."""
        latest = (
            select(outbox.c.state)
            .where(outbox.c.case_id == (case.asked_with or case.id), outbox.c.purpose == Purpose.MEMBER_REQUEST.value)
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        state = self._tx.execute(latest).scalar()
        return DeliveryState.NONE if state is None else _REQUEST_STATES.get(state, DeliveryState.FAILED)

    def _alerts(self) -> list[list[Undelivered]]:
        """Return each alert of `_undelivered_alerts` as the list of its notices to all admins."""
        found: dict[tuple[str, int | None, datetime], list[Undelivered]] = {}
        for row in self._tx.execute(_undelivered_alerts(self._tx.account)):
            notice = _undelivered(row)
            found.setdefault((notice.group_id, notice.case_id, notice.created_at), []).append(notice)
        return list(found.values())

    def _is_own(self) -> list[ColumnElement[bool]]:
        return [outbox.c.account == self._tx.account] if self._tx.account else []

    def _update_notices(self, notices: Sequence[Undelivered], values: dict[str, int]) -> None:
        self._tx.execute(update(outbox).where(outbox.c.id.in_([notice.id for notice in notices])).values(values))


def _undelivered(row: Row[Any]) -> Undelivered:
    return Undelivered(
        id=row.id,
        account=row.account,
        person_id=row.person_id,
        case_id=row.case_id,
        group_id=row.group_id,
        purpose=Purpose(row.purpose),
        urgent=row.priority == URGENT_PRIORITY,
        created_at=from_ms(row.created_ms),
        final=row.state in GIVEN_UP,
        code=row.code,
    )
