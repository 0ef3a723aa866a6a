"""What members tell the office: incidents and suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0012b"
down_revision = "0012"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNTOLD = sa.text("told_ms IS NULL")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "remarks",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_remarks_person_id")),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_remarks")),
    )
    op.create_index("ix_remarks_group_at", "remarks", ["group_id", "at_ms"])
    op.create_index("ix_remarks_untold", "remarks", ["group_id"], sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)
