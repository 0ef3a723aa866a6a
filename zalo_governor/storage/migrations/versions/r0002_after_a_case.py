"""What happens after a case: timers, the leader, recalls, readers, removals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables; what is there stays as it is."""
    for column in (
        sa.Column("same_as", _ROW_ID),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("leader_told_ms", sa.BigInteger()),
        sa.Column("leader_told_by", _ROW_ID),
    ):
        op.add_column("cases", column)
    for column in (
        sa.Column("gone_ms", sa.BigInteger()),
        sa.Column("gone_by", _ROW_ID),
        sa.Column("deleted", sa.Boolean()),
    ):
        op.add_column("case_events", column)
    _partial_index("ix_cases_due", "cases", "due_ms")
    _partial_index("ix_inbox_seal_mac", "inbox", "seal_mac")
    op.create_table(
        "case_readers",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "message_key", "person_id", name=op.f("pk_case_readers")),
    )
    op.create_index("ix_case_readers_noted", "case_readers", ["noted_ms"])
    op.create_table(
        "removal_codes",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_removal_codes_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_removal_codes")),
    )
    op.create_table(
        "removals",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("cli_key", sa.String(), nullable=False),
        sa.Column("owner_uid", sa.String(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", _ROW_ID, nullable=False),
        sa.Column("ordered_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_removals_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_removals_due", "removals", "due_ms")


def _partial_index(name: str, table: str, column: str) -> None:
    there = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=there, postgresql_where=there)
