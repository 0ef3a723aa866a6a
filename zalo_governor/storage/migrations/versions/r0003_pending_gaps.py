"""A gap says whose line it was, and whether backfill is still to be tried: a passing refusal does not settle it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Gaps that have not ended are still to be recovered; of the others the last word was spoken."""
    # Until now one database served one account.
    op.add_column("gaps", sa.Column("account", sa.String(), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE gaps SET account = coalesce((SELECT min(uid) FROM accounts WHERE number = 0), '')"))
    op.add_column("gaps", sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE gaps SET pending = (ended_ms IS NULL)"))
