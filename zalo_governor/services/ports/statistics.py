"""What reports count."""

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
    """Counts for the activity report."""

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        """What was heard in [start, end)."""
        ...

    def first_heard(self, group_id: str) -> datetime | None:
        """When anything of the group was first heard; None where nothing ever was."""
        ...

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        """What went on in [start, end)."""
        ...

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        """Cases by clause in [start, end), with those in [before, start) beside them."""
        ...

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        """Findings of severity `suspect` in [start, end)."""
        ...

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        """(when, person) of the findings of severity `suspect` with that label in [start, end), oldest first."""
        ...

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """Messages that Zalo refused in [start, end)."""
        ...

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        """Gaps that touch [start, end), oldest first."""
        ...

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """The same of what is private to the bot accounts."""
        ...


class Distributions(Protocol):
    """Counts by day, hour, agency and state."""

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        """Messages of [start, end) by day, those without any left out, and by hour of the day (24), in Viet Nam."""
        ...

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        """Messages, senders and cases of [start, end) by agency of the roster, the most messages first."""
        ...

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        """Cases opened in [start, end) by where they stand now, in the order of the states; none with 0."""
        ...

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        """How the cases of [start, end) were handled."""
        ...

    def membership(self, group_id: str) -> Membership:
        """Who is in the group, held against the roster by uid."""
        ...

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        """Changes of the group in [start, end) by kind, in order of the kinds."""
        ...

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        """Write down that this event was a directive or a report; facts alone."""
        ...

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        """Directives and reports of [start, end), each kind once, in the order of the kinds."""
        ...

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        """What members told the office in [start, end)."""
        ...
