"""Who came in from outside the roster, what is to be done on Zalo, and which telephone numbers were looked up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("due_ms IS NOT NULL")
_HERE = sa.text("gone_ms IS NULL")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "newcomers",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("brought_by", _ROW_ID),
        sa.Column("came_ms", sa.BigInteger(), nullable=False),
        sa.Column("gone_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_newcomers")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_newcomers_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_newcomers_person_id")),
        sa.ForeignKeyConstraint(["brought_by"], ["persons.id"], name=op.f("fk_newcomers_brought_by")),
    )
    op.create_index(
        "ix_newcomers_here", "newcomers", ["group_id", "person_id"], sqlite_where=_HERE, postgresql_where=_HERE
    )
    op.create_table(
        "errands",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("case_id", _ROW_ID),
        sa.Column("ordered_by", _ROW_ID),
        sa.Column("ordered_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("outcome", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_errands_case_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_errands_due", "errands", ["account", "due_ms"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index(
        "ux_errands_open",
        "errands",
        ["account", "kind", "group_id", "uid"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "phone_lookups",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("phone_mac", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "phone_mac", name=op.f("pk_phone_lookups")),
    )
