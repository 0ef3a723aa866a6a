"""Texts saying whether notices (messages of the bot) have been delivered."""

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import KEPT_IN_SIGHT, DeliveryState, UndeliveredCounts
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork

_DELIVERIES = {DeliveryState.PENDING: MessageId.DELIVERY_PENDING, DeliveryState.FAILED: MessageId.DELIVERY_FAILED}


def state_in_words(uow: UnitOfWork, voice: MessageFormatter, case: Case) -> str:
    """Return the case's state as text, such as `mới` (new), saying if the notice to the member has not arrived."""
    state = voice.state(case.state)
    if case.state is not CaseState.NEW:
        return state
    delivery = uow.deliveries.request_state(case)
    if delivery is DeliveryState.DELIVERED:
        return voice.state(CaseState.REMINDED)  # `DeliveryFollowUp` moves the case itself within a second.
    text = _DELIVERIES.get(delivery)
    return state + voice.render(text) if text else state


def outgoing_in_words(voice: MessageFormatter, counts: UndeliveredCounts) -> str:
    """Return a text on the number of notices that wait to be sent and, if any, of those that could not be sent."""
    said = number(counts.waiting)
    if counts.oldest_waiting_at:
        said += voice.render(MessageId.STATUS_WAITING_SINCE, when=moment(counts.oldest_waiting_at))
    if counts.failed:
        codes = ", ".join(f"{code} ({number(count)})" if code else "-" for code, count in counts.codes)
        said += voice.render(
            MessageId.STATUS_UNDELIVERED, count=number(counts.failed), days=number(KEPT_IN_SIGHT.days), codes=codes
        )
    if counts.urgent_failed:
        said += voice.render(MessageId.STATUS_UNDELIVERED_URGENT, count=number(counts.urgent_failed))
    return said
