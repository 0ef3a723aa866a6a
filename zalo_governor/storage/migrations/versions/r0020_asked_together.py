"""One request to a member may be about several cases of a night."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column; no such request was made before."""
    op.add_column("cases", sa.Column("asked_with", _ROW_ID))
    few = sa.text("asked_with IS NOT NULL")
    op.create_index("ix_cases_asked_with", "cases", ["asked_with"], sqlite_where=few, postgresql_where=few)
