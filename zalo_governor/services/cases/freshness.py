"""How old a message may be for people to be told of it as of one that was just said."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.inbound import Source

FRESH_FOR = timedelta(minutes=5)
"""By Zalo's time of the message, however it was heard: live, from the history, or by the next start of the program."""


def is_fresh(event: EventBase, now: datetime) -> bool:
    """Whether it was heard while it still makes sense to act on it at once."""
    return now - event.at <= FRESH_FOR


def was_fresh(case: Case) -> bool:
    """Whether what the case is about was fresh when the case was opened."""
    return case.opened_at - case.event_at <= FRESH_FOR


def may_be_carried_out(event: EventBase, now: datetime) -> bool:
    """Whether a command is to be carried out: what the history gave may have been overtaken by what was heard since."""
    return event.source is not Source.BACKFILL and not event.late and is_fresh(event, now)
