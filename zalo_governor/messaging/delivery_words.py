"""Texts saying whether notices (messages of the bot) have been delivered."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import KEPT_IN_SIGHT, DeliveryState, UndeliveredCounts
from zalo_governor.domain.findings import Severity
from zalo_governor.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_DELIVERIES = {DeliveryState.PENDING: TextId("delivery_pending"), DeliveryState.FAILED: TextId("delivery_failed")}


def state_in_words(uow: UnitOfWork, voice: MessageFormatter, case: Case) -> str:
    """Return the case's state as text, such as `mới` (new).

    For a new case whose notice to the member waits or has failed, the text says so. For an open case of severity
    `triage` (the program is unsure), it says that a person has to decide first.
    """
    state = voice.state_of(case)
    if case.state is CaseState.NEW:
        delivery = uow.deliveries.request_state(case)
        if delivery is DeliveryState.DELIVERED:
            return voice.state(CaseState.REMINDED)  # `DeliveryFollowUp` moves the case itself within a second.
        text = _DELIVERIES.get(delivery)
        state += voice.render(text) if text else ""
    unsure = case.gravity is Severity.TRIAGE and case.state.open
    return voice.render(TextId("state_first"), state=state) if unsure else state


def sights_in_words(uow: UnitOfWork, voice: MessageFormatter, cases: Iterable[Case]) -> dict[int, str]:
    """Return {case id: words on whether its messages are still in the group}, for urgent cases and possible secrets."""
    grave = [case for case in cases if case.urgent or case.secret]
    return {case_id: _sight(voice, times) for case_id, times in uow.case_messages.gone_times(grave).items()}


def _sight(voice: MessageFormatter, times: Sequence[datetime | None]) -> str:
    gone = [at for at in times if at]
    if len(gone) < len(times):
        return voice.render(TextId("sight_there"))
    return voice.render(TextId("sight_gone"), when=moment(max(gone)))


def delivered_in_words(voice: MessageFormatter, count: int) -> str:
    """Return the words on how many people received a message without having read it; "" for 0."""
    return voice.render(TextId("case_readers_delivered"), count=number(count)) if count else ""


def undelivered_line(voice: MessageFormatter, counts: UndeliveredCounts) -> str:
    """Return the line on notices that could not be sent, naming Zalo's error codes; "" if there are none."""
    if not counts.failed:
        return ""
    urgent = counts.urgent_failed
    return voice.render(
        TextId("status_undelivered"),
        count=number(counts.failed),
        days=number(KEPT_IN_SIGHT.days),
        codes=", ".join(f"{code} ({number(count)})" if code else "-" for code, count in counts.codes),
        urgent=voice.render(TextId("status_undelivered_urgent"), count=number(urgent)) if urgent else "",
    )


def waiting_line(voice: MessageFormatter, counts: UndeliveredCounts) -> str:
    """Return the line on notices that wait to be sent; "" if there are none."""
    if not counts.waiting:
        return ""
    oldest = counts.oldest_waiting_at
    since = voice.render(TextId("status_waiting_since"), when=moment(oldest)) if oldest else ""
    return voice.render(TextId("status_outgoing"), count=number(counts.waiting), since=since)
