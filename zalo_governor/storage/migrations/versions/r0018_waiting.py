"""What waits to be judged in a table of its own, and no longer by its mark in the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Move the mark of the few that wait. The column stays: to drop it would rewrite every body."""
    op.create_table(
        "waiting",
        sa.Column("id", _ROW_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.execute("INSERT INTO waiting (id) SELECT id FROM inbox WHERE state = 'waiting'")
    op.execute("UPDATE inbox SET state = 'done' WHERE state = 'waiting'")
    op.drop_index("ix_inbox_waiting", "inbox")
