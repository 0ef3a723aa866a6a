"""A report in words and tables, before any file format: what every face of it shows, so that they cannot disagree."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ReportFormat(StrEnum):
    """What a paper is printed as."""

    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"


class Drawing(StrEnum):
    """How the first column of a table with the numbers beside it is drawn."""

    COLUMNS = "columns"
    """Upright, for a sequence such as days."""
    BARS = "bars"
    """Lying, for names."""


Cell = str | int


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Table(_Part):
    """Rows under headings. The first column names, the others tell."""

    key: str
    """By which a template refers to it: `clauses`."""
    title: str
    sheet: str
    """Name of its sheet, at most 31 characters."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """As many cells in each as there are columns."""
    drawing: Drawing | None = None
    drawn: tuple[int, ...] = ()
    """Places of the columns of numbers that are drawn."""


class Section(_Part):
    """A numbered part of the paper."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


class Highlight(_Part):
    """One figure that stands out."""

    name: str
    value: str
    note: str = ""


class Letterhead(_Part):
    """Who writes, from where and to whom; number and signature are the office's to add."""

    superior: str
    """The body above the one that writes: `UBND TỈNH MẪU`."""
    unit: str
    """The body that writes: `SỞ KHOA HỌC VÀ CÔNG NGHỆ`."""
    place: str
    signer: str
    """Title of who signs: `GIÁM ĐỐC`."""
    addressee: str
    recipients: tuple[str, ...]


class ReportDocument(_Part):
    """The whole report."""

    head: Letterhead
    title: str
    subject: str
    """What it is about, and for which period."""
    group: str
    period: str
    """From when until when, in words."""
    made_at: datetime
    summary: str
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]
    remark: str
    """That it was made automatically and concludes nothing."""
    trace: str
    """The head of the audit chain, "" before the first row."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in the order of the paper."""
        return tuple(table for section in self.sections for table in section.tables)


class ReportFile(_Part):
    """A paper on its way to somebody as a file."""

    name: str
    """File name with its ending."""
    face: ReportFormat
    caption: str
    """Stands under a picture; Zalo shows none beside a file."""
    paper: ReportDocument
