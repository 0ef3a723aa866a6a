"""The age limit up to which an event counts as fresh, so that people are notified and commands are carried out."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.inbound import Source

FRESH_FOR = timedelta(minutes=5)
"""Age limit by Zalo's timestamp, however the event was received: live, from history, or at the program's next start."""


def is_fresh(event: EventBase, now: datetime) -> bool:
    """Return whether the event is at most 5 minutes old at `now`."""
    return now - event.at <= FRESH_FOR


def was_fresh(case: Case) -> bool:
    """Return whether the case's first event was at most 5 minutes old when the case was opened."""
    return case.opened_at - case.event_at <= FRESH_FOR


def may_be_carried_out(event: EventBase, now: datetime) -> bool:
    """Return whether a command may be carried out: not from backfill, not late, fresh; others may be outdated."""
    return event.source is not Source.BACKFILL and not event.late and is_fresh(event, now)
