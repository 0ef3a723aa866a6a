"""`Draft`: the builder of sections and tables with which all sections of the report's document are written."""

from collections.abc import Sequence
from typing import NamedTuple

from zalo_governor.domain.documents import Cell, Drawing, Section, Table
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.reports import ActivityReport
from zalo_governor.messaging.formatter import MessageFormatter, number
from zalo_governor.messaging.templates import TextId

_MOST_NAMES = 5
"""How many names that share a first place are listed."""
_FEWEST_FOR_A_RATE = 50
"""Of fewer cases or messages no percentage is given."""


class Draft:
    """Builder of sections and tables of the document of one activity report.

    Attributes:
        report: the report's figures.
        voice: formatter of texts from the message catalogue.
        cases: number of cases in the period.
        cases_before: number of cases in the preceding period of the same length.
    """

    def __init__(self, report: ActivityReport, voice: MessageFormatter) -> None:
        self.report = report
        self.voice = voice
        self.render = voice.render
        self.cases = sum(row.cases for row in report.clauses)
        self.cases_before = sum(row.before for row in report.clauses)

    def section(
        self,
        key: str,
        title: TextId,
        lines: Sequence[str],
        *tables: Table,
        notes: Sequence[str] = (),
        about: Sequence[ClauseTopic] = (),
    ) -> Section:
        """Return a section with the given sentences, those that are "" left out, and the tables below them.

        `key` identifies the section; `notes` say how the tables were counted. The title cites the clauses that it is
        `about`.
        """
        said = tuple(filter(None, lines))
        heading = self.render(title) + self.voice.in_brackets(self.voice.places(*about))
        return Section(key=key, title=heading, lines=said, tables=tables, notes=tuple(notes))

    def table(
        self,
        key: str,
        heading: TextId,
        rows: Sequence[Sequence[Cell]],
        drawing: Drawing | None = None,
        drawn: tuple[int, ...] = (),
    ) -> Table:
        """Return a table with the given rows, and with a chart (`drawing`) of the columns whose indices are `drawn`.

        `heading` is the catalogue message with the worksheet's name, the title and the column names, separated by "|".
        """
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

    def share(self, part: int, whole: int, otherwise: TextId = TextId("counted_of_no_cases")) -> str:
        """Return `part` in percent of `whole`; both numbers if `whole` is below 50; the text `otherwise` if it is 0."""
        if not whole:
            return self.render(otherwise)
        if whole < _FEWEST_FOR_A_RATE:
            return self.render(TextId("of_whole"), part=number(part), whole=number(whole))
        return self.render(TextId("percent"), percent=number(round(100 * part / whole)))

    def most(self, rows: Sequence[tuple[str, int]], between: str = ", ") -> "Most | None":
        """Return the names in `rows`, which are (name, count), that share the highest count, with `between` them.

        None where all have the same count, so that none stands out, or more than five share it.
        """
        highest = max((count for _, count in rows), default=0)
        names = [name for name, count in rows if count == highest]
        if not highest or len(names) > _MOST_NAMES or len(names) == len(rows) > 1:
            return None
        return Most(between.join(names), highest, len(names))


class Most(NamedTuple):
    """The names with the highest count in a list."""

    names: str
    """All names that share the highest count, joined."""
    value: int
    shared_by: int
    """How many names share it."""
