"""Protocol of the repository of judged events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Seal


class Verdicts(Protocol):
    """Repository of judged events, with what the rules found in them."""

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        """Store an event with the findings and failures of the rules, and mark its inbox entry as done.

        If the verdict seals the event (its content may not be stored) and the entry still has a body, erase the body
        with all its traces in the database.
        """
        ...

    def sealed_since(self, event_ids: Sequence[int]) -> dict[int, Seal]:
        """Return inbox id -> seal of those entries, admitted with their content, that a scan has sealed since."""
        ...

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        """Mark an entry that cannot be parsed or judged as a dead letter (kept, counted and reported to operators)."""
        ...

    def add(self, event_id: int, verdict: Verdict, seal: Seal | None) -> None:
        """Add findings to a stored event; raise KeyError if there is no such event.

        If `seal` is given, the message is sealed with it: its content is removed from all tables, with all traces, as
        it may be a state secret. Messages that quote it are sealed too.
        """
        ...
