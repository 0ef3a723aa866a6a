"""Elements that were not understood are read again by each version of the reader."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Note by which version of the reader an element was last read in vain."""
    op.add_column("inbox", sa.Column("read_by", sa.Integer(), nullable=True))
