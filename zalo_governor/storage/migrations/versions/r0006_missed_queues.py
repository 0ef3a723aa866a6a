"""Revision 0006: how far Zalo's queues of missed messages were read, and how the last backfill of a gap ended."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table `queue_cursors`; add the column `gaps.outcome`."""
    op.create_table(
        "queue_cursors",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("last_id", sa.String(), nullable=False),
        sa.Column("since_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "queue", name=op.f("pk_queue_cursors")),
    )
    op.add_column("gaps", sa.Column("outcome", sa.String(), nullable=True))
