"""Indices of the few messages that are still to be sent, and of what was said in private."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_PENDING = sa.text("state IN ('waiting', 'uncertain')")


def upgrade() -> None:
    """Add them."""
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["account", "priority", "id"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_index(
        "ix_inbox_private",
        "inbox",
        ["account", "at_ms"],
        sqlite_where=sa.text("is_group IS 0"),
        postgresql_where=sa.text("is_group IS false"),
    )
