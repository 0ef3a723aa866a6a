"""Until when a notice is tried, what Zalo last answered, and who was told that it was not delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the columns and the indices; what waits gets a day from now on, and old losses count as told."""
    op.alter_column("outbox", "refused_code", new_column_name="code")
    op.add_column("outbox", sa.Column("expires_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("escalated_ms", sa.BigInteger()))
    op.add_column("outbox", sa.Column("told_ms", sa.BigInteger()))
    op.execute("UPDATE outbox SET expires_ms = created_ms + 86400000, told_ms = created_ms, escalated_ms = created_ms")
    op.execute("UPDATE outbox SET priority = priority + 1")
    for name, columns, where in (
        (
            "ix_outbox_undelivered",
            ["account", "created_ms"],
            "state IN ('waiting', 'uncertain', 'sending', 'refused', 'expired', 'unconfirmed')",
        ),
        ("ix_outbox_urgent", ["account", "created_ms"], "priority = 0"),
        ("ix_outbox_case", ["case_id"], "case_id IS NOT NULL"),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
