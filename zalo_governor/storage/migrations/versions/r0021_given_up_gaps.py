"""An index of the gaps that were given up, which are few, so that closing those made up reads no others."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_gaps_given_up",
        "gaps",
        ["account", "group_id", "heard_id"],
        sqlite_where=sa.text("pending IS 0 AND closed IS 0"),
        postgresql_where=sa.text("pending IS false AND closed IS false"),
    )
