"""Cursors of Zalo's queues of missed messages, and how the last try to make up for a gap ended."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of the cursors; add the outcome to the gaps."""
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
