"""The times up to which retention (the scheduled deletion of old data) has deleted content."""

from datetime import datetime

from sqlalchemy import Connection, select

from zalo_governor.domain.clock import from_ms_or_none
from zalo_governor.storage.schema import retention_marks

BODIES = "bodies"
"""Value of `retention_marks.subject` for the contents (bodies) of messages that belong to no case."""


def gone_before(connection: Connection, subject: str = BODIES) -> datetime | None:
    """Return the time before which all content of the kind `subject` was removed; None if none was removed yet."""
    until_ms = connection.scalar(select(retention_marks.c.until_ms).where(retention_marks.c.subject == subject))
    return from_ms_or_none(until_ms)
