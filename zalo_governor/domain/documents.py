"""Model of a report as texts and tables, from which every file format is rendered, so that all formats say the same."""

from datetime import datetime
from enum import StrEnum

from zalo_governor.domain.models import FrozenModel


class ReportFormat(StrEnum):
    """File format into which a report is rendered."""

    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"


class Drawing(StrEnum):
    """Type of the chart drawn for a table: labels from its first column, values from the columns in `Table.drawn`."""

    COLUMNS = "columns"
    """Vertical bars, for rows that are a sequence, such as days."""
    BARS = "bars"
    """Horizontal bars, for rows that are labelled with names."""


Cell = str | int


class Table(FrozenModel):
    """A table of a report. The first column labels each row."""

    key: str
    """Name by which a document template refers to the table, such as `clauses`."""
    title: str
    sheet: str
    """Name of the table's worksheet in XLSX, at most 31 characters."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """Each row has one cell per column."""
    drawing: Drawing | None = None
    drawn: tuple[int, ...] = ()
    """Indexes of the numeric columns shown in the chart."""

    @property
    def worth_drawing(self) -> bool:
        """Return whether to draw the chart `drawing`: there is one, with at least two rows whose values differ."""
        values = {row[place] for row in self.rows for place in self.drawn}
        return self.drawing is not None and len(self.rows) > 1 and len(values) > 1


class Section(FrozenModel):
    """A section of a report: paragraphs (`lines`), then tables. One without lines has nothing to report."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    """How the tables were counted, and what they cannot show."""


class Highlight(FrozenModel):
    """A key figure shown at the top of a report: its name, its value and an optional note."""

    name: str
    value: str
    note: str = ""
    alarming: bool = False
    """Whether it says something grave or overdue, shown in colour where there is any."""


class Letterhead(FrozenModel):
    """Sender, place and recipients of a report. People add the document number and the signature by hand."""

    superior: str
    """The public body above the sender, printed first: `UBND TỈNH MẪU` (provincial People's Committee)."""
    unit: str
    """The public body that sends the report: `SỞ KHOA HỌC VÀ CÔNG NGHỆ` (Department of Science and Technology)."""
    place: str
    signer: str
    """Job title of the person who signs: `GIÁM ĐỐC` (director)."""
    addressee: str
    recipients: tuple[str, ...]
    signer_name: str = ""
    """Name of the person who signs; "" leaves the place empty."""
    abbreviation: str = ""
    """The unit's abbreviation in document numbers: `SKHCN` in `Số: 15/BC-SKHCN`."""


class ReportDocument(FrozenModel):
    """The whole content of a report, independent of the file format."""

    head: Letterhead
    title: str
    subject: str
    """Subject line: the report's topic and period."""
    group: str
    heading: str = ""
    """Title with group and period in one line, for formats without letterhead."""
    period: str
    """Start and end of the period that the report covers, in words."""
    made: str = ""
    """A sentence that says when the report was made."""
    made_at: datetime
    summary: str
    headlines: tuple[Highlight, ...] = ()
    """The three lines with which every format begins: what is grave, what is open or overdue, times without data."""
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]
    body: tuple[Section, ...] = ()
    """The sections of the printed document, shortened to one paragraph for each topic; their tables are appendices."""
    of_one_day: bool = False
    """Whether the period is at most 24 hours long: printed on a single page, without appendices."""
    remark: str
    """Statement that the report was generated automatically and draws no conclusions."""
    trace: str
    """Row count and hash of the audit log (`AuditHead`), against later tampering; "" where the log is empty."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the tables of all sections, in the order of the document."""
        return tuple(table for section in self.sections for table in section.tables)


class ReportFile(FrozenModel):
    """A report that is to be rendered in the format `face` and sent as a file."""

    name: str
    """File name with extension."""
    face: ReportFormat
    caption: str
    """Caption shown under a PNG; Zalo shows no caption for other files."""
    paper: ReportDocument
