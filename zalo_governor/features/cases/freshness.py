"""The age up to which an event counts as fresh: only then are people notified at once and commands carried out."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.inbound import Source

FRESH_FOR = timedelta(minutes=5)
"""Age up to which an event is fresh, by the timestamp that Zalo gave it, however and whenever it was received."""


def is_fresh(event: EventBase, now: datetime) -> bool:
    """Return whether the event, by Zalo's timestamp, happened at most 5 minutes before `now`."""
    return now - event.at <= FRESH_FOR


def was_fresh(case: Case) -> bool:
    """Return whether the case's first event was at most 5 minutes old when the case was opened."""
    return case.opened_at - case.event_at <= FRESH_FOR


def may_be_carried_out(event: EventBase, now: datetime) -> bool:
    """Return whether a chat command typed in the event may still be carried out.

    It may not, as the person may no longer want it, if it is older than 5 minutes, was judged after a younger event, or
    was missed at first and fetched later from Zalo's history (backfill).
    """
    return event.source is not Source.BACKFILL and not event.late and is_fresh(event, now)
