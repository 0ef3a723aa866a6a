"""How far notices came, in words."""

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import KEPT_IN_SIGHT, DeliveryState, UndeliveredCounts
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.ports import UnitOfWork

_DELIVERIES = {DeliveryState.PENDING: MessageId.DELIVERY_PENDING, DeliveryState.FAILED: MessageId.DELIVERY_FAILED}


def state_in_words(uow: UnitOfWork, voice: MessageFormatter, case: Case) -> str:
    """`mới`, or `mới, tin nhắc chưa gửi được` where the request to the member has not arrived."""
    state = voice.state(case.state)
    if case.state is not CaseState.NEW:
        return state
    delivery = uow.deliveries.request_state(case)
    if delivery is DeliveryState.DELIVERED:
        return voice.state(CaseState.REMINDED)  # the case itself follows within a second
    text = _DELIVERIES.get(delivery)
    return state + voice.render(text) if text else state


def outgoing_in_words(voice: MessageFormatter, counts: UndeliveredCounts) -> str:
    """What waits to be sent and what could not be; nothing is said of what is zero but the first figure."""
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
