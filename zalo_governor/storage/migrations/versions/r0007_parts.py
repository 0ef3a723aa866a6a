"""Texts too long for one message of Zalo: which parts of each have been sent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; what waits to be sent is sent from its beginning."""
    op.add_column("outbox", sa.Column("part", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("outbox", sa.Column("part_start", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("outbox", sa.Column("part_end", sa.Integer(), nullable=True))
