"""What is no longer kept, and since when; accounts that were replaced."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasures",
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_order", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_erasures_person_id")),
        sa.PrimaryKeyConstraint("person_id", "at_ms", name=op.f("pk_erasures")),
    )
    op.create_table(
        "retention_marks",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_retention_marks")),
    )
    op.create_table(
        "former_accounts",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=False),
        sa.Column("replaced_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_former_accounts")),
    )
    op.create_index("ix_former_accounts_successor", "former_accounts", ["successor"])
