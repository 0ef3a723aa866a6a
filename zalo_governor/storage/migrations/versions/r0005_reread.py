"""Revision 0005: received elements that could not be parsed are parsed again by each newer version of the reader."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column `inbox.read_by`: the version of the reader that last could not parse the element."""
    op.add_column("inbox", sa.Column("read_by", sa.Integer(), nullable=True))
