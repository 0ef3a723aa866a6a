"""Revision 0009: a number that grows with each change of the rosters, so that cached rosters are read again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table `revisions`."""
    op.create_table(
        "revisions",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_revisions")),
    )
