"""What was changed about groups, what the leader allowed, pictures of groups, and cases that people wrote down."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "approvals",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("group_id", sa.String, nullable=False),
        sa.Column("given_by", _ROW_ID, sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("given_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("once", sa.Boolean, nullable=False),
        sa.Column("used_by_event", _ROW_ID),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approvals_group_until", "approvals", ["group_id", "until_ms"])
    op.create_table(
        "group_changes",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("group_id", sa.String, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("event_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor_id", _ROW_ID),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("case_id", _ROW_ID, sa.ForeignKey("cases.id")),
        sa.Column("approval_id", _ROW_ID, sa.ForeignKey("approvals.id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_group_changes_group_at", "group_changes", ["group_id", "at_ms"])
    _partial("ix_group_changes_case", "group_changes", ["case_id"], "case_id IS NOT NULL")
    op.create_table(
        "group_pictures",
        sa.Column("group_id", sa.String, primary_key=True),
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("case_id", _ROW_ID, sa.ForeignKey("cases.id")),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_ms", sa.BigInteger),
        sa.Column("likeness", sa.String),
        sa.Column("thumbnail", sa.LargeBinary),
    )
    _partial("ix_group_pictures_due", "group_pictures", ["account", "due_ms"], "due_ms IS NOT NULL")
    op.create_table(
        "manual_cases",
        sa.Column("case_id", _ROW_ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("group_id", sa.String, nullable=False),
        sa.Column("noted_by", _ROW_ID, sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
