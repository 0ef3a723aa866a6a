"""Protocols of the counts that the activity report shows."""

from datetime import date, datetime
from typing import Protocol

from zalo_governor.domain.connection import Gap
from zalo_governor.domain.directives import Statement
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


class Statistics(Protocol):
    """Totals of a group over a period, for the activity report."""

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """Count the elements received in [start, end): judged, waiting, sealed, unparsable, ..."""
        ...

    def first_heard(self, group_id: str) -> datetime | None:
        """Return when the first element of the group was received; None if there is none."""
        ...

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """Count messages, senders, joins, leaves, recalls and calls in [start, end)."""
        ...

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Count the cases by clause in [start, end), and for comparison in [before, start)."""
        ...

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the findings of severity `suspect` (they open no case) in [start, end)."""
        ...

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """Return (time, person number) of the `suspect` findings with that label in [start, end), oldest first."""
        ...

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count the bot's messages that Zalo refused in [start, end)."""
        ...

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Return the gaps (times without a connection) that overlap [start, end), oldest first."""
        ...

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """Return the gaps in the private messages to the bot accounts that overlap [start, end), oldest first."""
        ...


class Distributions(Protocol):
    """Counts of a group by day, hour, agency and case state, for the activity report."""

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        """Count the messages in [start, end) by day (zeros left out) and by the 24 hours, in Viet Nam time."""
        ...

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        """Count messages, senders and cases in [start, end) by the roster's agencies, the most messages first."""
        ...

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        """Count the cases opened in [start, end) by current state, in the order of the states; zeros left out."""
        ...

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        """Return time to remedy, persons with several cases, and false alarms for the cases of [start, end)."""
        ...

    def membership(self, group_id: str) -> Membership:
        """Count the group's members, outsiders and missing persons by comparing it with the roster by uid."""
        ...

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        """Count the changes to the group's settings in [start, end) by kind, ordered by kind."""
        ...

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        """Store that the event was a directive or a report, without its text."""
        ...

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        """Count the directives and the reports posted in [start, end), one row per kind, ordered by kind."""
        ...

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        """Count the incidents and suggestions that members reported in [start, end)."""
        ...
