"""Revision 0007: texts too long for one message of Zalo are sent in parts; records which part is next."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add three columns for the parts to `outbox`; by their defaults, waiting texts are sent from the beginning."""
    op.add_column("outbox", sa.Column("part", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("outbox", sa.Column("part_start", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("outbox", sa.Column("part_end", sa.Integer(), nullable=True))
