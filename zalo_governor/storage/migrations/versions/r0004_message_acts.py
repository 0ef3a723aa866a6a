"""Revision 0004: recalls, deletions and reactions, with the message that each is about and its outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table `message_acts`."""
    op.create_table(
        "message_acts",
        sa.Column("event_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("cli_key", sa.String(), nullable=False),
        sa.Column("author_uid", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_message_acts_event_id")),
        sa.PrimaryKeyConstraint("event_id", "place", name=op.f("pk_message_acts")),
    )
    op.create_index("ix_message_acts_message", "message_acts", ["group_id", "message_key"])
    op.create_index("ix_message_acts_group_at", "message_acts", ["group_id", "at_ms"])
    _partial("ix_message_acts_waiting", ["group_id", "cli_key"], "state = 'waiting'")
    _partial("ix_message_acts_unsettled", ["group_id", "at_ms"], "state IN ('waiting', 'claimed')")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "message_acts", columns, sqlite_where=where, postgresql_where=where)
