"""What the leader's report needs: statements (clause 5.1), and files in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Add the table with its index, and the column."""
    op.create_table(
        "statements",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("long", sa.Boolean(), nullable=False),
        sa.Column("no_deadline", sa.Boolean(), nullable=False),
        sa.Column("no_addressee", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_statements_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_statements")),
    )
    op.create_index("ix_statements_group_at", "statements", ["group_id", "at_ms"])
    op.add_column("outbox", sa.Column("file", sa.LargeBinary(), nullable=True))
