"""What every section of a paper is written with."""

from collections.abc import Sequence
from datetime import timedelta

from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.documents import Cell, Drawing, Section, Table
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.services.messaging.formatter import MessageFormatter, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.reports.builder import change_in_words


class Draft:
    """A report that is being put into words.

    Attributes:
        report: what it says.
        voice: how it says it.
        cases: how many cases there are in all.
        cases_before: and how many there were in the period before.
    """

    def __init__(self, report: ActivityReport, voice: MessageFormatter) -> None:
        self.report = report
        self.voice = voice
        self.render = voice.render
        self.cases = sum(row.cases for row in report.clauses)
        self.cases_before = sum(row.before for row in report.clauses)

    def section(self, key: str, title: MessageId, lines: Sequence[str], *tables: Table) -> Section:
        """Sentences, and the tables below them."""
        return Section(key=key, title=self.render(title), lines=tuple(lines), tables=tables)

    def table(
        self,
        key: str,
        heading: MessageId,
        rows: Sequence[Sequence[Cell]],
        drawing: Drawing | None = None,
        drawn: tuple[int, ...] = (),
    ) -> Table:
        """`heading` names sheet, title and columns; `drawn` are the columns that the drawing shows."""
        sheet, title, *columns = (cell.strip() for cell in self.render(heading).split("|"))
        return Table(
            key=key,
            title=title,
            sheet=sheet,
            columns=tuple(columns),
            rows=tuple(map(tuple, rows)),
            drawing=drawing,
            drawn=drawn,
        )

    def share(self, part: int, whole: int) -> str:
        """In percent; nothing can be said of nothing."""
        if not whole:
            return self.render(MessageId.NOT_COUNTED)
        return self.render(MessageId.PERCENT, percent=number(round(100 * part / whole)))

    def compared(self, now: int, before: int) -> str:
        """What it was in the period before, and which way it went."""
        return self.render(
            MessageId.PAPER_BEFORE, before=number(before), change=change_in_words(now, before, self.voice)
        )


def whole_minutes(length: timedelta) -> int:
    """As people are told of them; 0 only where there was nothing."""
    return minutes_of(length) if length else 0
