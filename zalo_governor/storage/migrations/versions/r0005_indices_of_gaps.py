"""Gaps are found by their end and by being pending; the report's index names the account on PostgreSQL too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_COUNTED = (
    *("group_id", "at_ms", "kind", "element", "person_id", "source"),
    *("late", "own", "revision", "sealed", "people"),
)


def upgrade() -> None:
    """Put the indices in place of those that no plan used."""
    op.drop_index("ix_gaps_group_began", "gaps")
    op.create_index("ix_gaps_group_ended", "gaps", ["group_id", "ended_ms"])
    op.create_index(
        "ix_gaps_pending",
        "gaps",
        ["account", "group_id"],
        sqlite_where=sa.text("pending = 1"),
        postgresql_where=sa.text("pending"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_events_group_at", "events")
        op.create_index("ix_events_group_at", "events", list(_COUNTED), postgresql_include=["id"])
