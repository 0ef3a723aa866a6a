"""What waits to be judged in a table of its own, and no longer marked in the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DEAD = sa.text("reason IS NOT NULL")


def upgrade() -> None:
    """Move the mark; a dead letter is known by its reason."""
    op.create_table(
        "waiting",
        sa.Column("id", _ROW_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.execute("INSERT INTO waiting (id) SELECT id FROM inbox WHERE state = 'waiting'")
    op.execute("UPDATE inbox SET reason = 'unknown' WHERE state = 'dead' AND reason IS NULL")
    op.drop_index("ix_inbox_waiting", "inbox")
    op.drop_index("ix_inbox_dead", "inbox")
    op.drop_column("inbox", "state")
    op.create_index("ix_inbox_dead", "inbox", ["thread_id", "at_ms"], sqlite_where=_DEAD, postgresql_where=_DEAD)
