"""A gap says by the inbox's own numbers what was heard before it: no clock has to be right for that."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The numbers are times shifted to the left, so that those of older gaps follow from when they began."""
    op.add_column("gaps", sa.Column("heard_id", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE gaps SET heard_id = began_ms * 1048576"))
