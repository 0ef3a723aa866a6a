"""Protocols of the database queries for the counts that the activity report shows."""

from datetime import date, datetime
from typing import Protocol

from zalo_governor.domain.connection import Gap
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.reports import (
    Activity,
    AgencyFigures,
    ChangeFigures,
    ClauseFigures,
    Coverage,
    Handling,
    Membership,
    MembersVoice,
    StateFigures,
    StatementFigures,
)
from zalo_governor.domain.statements import Statement


class Statistics(Protocol):
    """Queries of a group's totals over a period, for the activity report."""

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """Count the elements received in [start, end): judged, waiting, sealed, unparsable, ...

        An element is a message, act or receipt received from Zalo; sealed means that its content is not stored, as it
        may be a state secret.
        """
        ...

    def first_heard(self, group_id: str) -> datetime | None:
        """Return the time of the first element (message, act or receipt) received from the group; None if none was."""
        ...

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """Count messages, senders, joins, leaves, recalls and calls in [start, end), without the bot's own messages."""
        ...

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Count the cases opened in [start, end) by clause of the regulation, ordered by clause.

        Each count comes with the number of cases opened in [before, start), for comparison.
        """
        ...

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the findings of severity `suspect` (too uncertain to open a case) in [start, end)."""
        ...

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """Return (time, number of the person) of the findings with that label in [start, end), oldest first.

        `label` is the rule's name for a kind of finding. Only findings of severity `suspect`, which are too uncertain
        to open a case, are returned.
        """
        ...

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the bot's messages that were given up in [start, end): refused by Zalo, or not delivered in time.

        Messages about the group count, and those about no group, such as answers to commands given in private.
        """
        ...

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Return the group's gaps (times in which the bot missed messages) that overlap [start, end), oldest first."""
        ...

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """Return the gaps that overlap [start, end) in the private messages to the bot accounts, oldest first.

        A gap is a time in which messages may have been missed.
        """
        ...


class Distributions(Protocol):
    """Queries that count a group's messages, cases and changes by day, hour, agency, state or kind, for the report."""

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        """Count the group's messages in [start, end) by day and by hour of the day, in Viet Nam time.

        Returns:
            (day -> number of messages, days without any left out; number of messages in each of the 24 hours).
        """
        ...

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        """Count messages, senders and cases in [start, end) by agency, the most messages first.

        The roster says who belongs to which agency; agency "" stands for everybody else.
        """
        ...

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        """Count the cases opened in [start, end) by the state that they are in now.

        States without cases are left out; the order is that of `CaseState`.
        """
        ...

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        """Return how cases were handled in [start, end), see `Handling`.

        For the cases opened then: the median time to remedy, and how many persons had several cases. Also the number of
        false alarms marked then.
        """
        ...

    def membership(self, group_id: str) -> Membership:
        """Count the group's members, those who are not on the roster, and those on the roster who are not members."""
        ...

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        """Count the changes made to the group in [start, end) by kind (name, settings, ...), ordered by kind."""
        ...

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        """Record, for `statements` to count, that the event was a directive (order of the leadership) or a report."""
        ...

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        """Count the directives (orders of the leadership) and the reports posted in [start, end).

        Returns one row for each of the two kinds.
        """
        ...

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        """Count the incidents and suggestions that members reported to the admins in [start, end)."""
        ...
