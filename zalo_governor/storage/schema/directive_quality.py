"""Table of directives (leaders' orders) and reports: whether they meet clause 5.1 (brief, clear). Holds no text."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# One row for the few messages that are a directive or a report, not a column in the row of every message.
statements = Table(
    "statements",
    metadata,
    Column("event_id", ROW_ID, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("group_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String, nullable=False),  # directive, report
    Column("long", Boolean, nullable=False),
    Column("no_deadline", Boolean, nullable=False),
    Column("no_addressee", Boolean, nullable=False),
    Index("ix_statements_group_at", "group_id", "at_ms"),
)
