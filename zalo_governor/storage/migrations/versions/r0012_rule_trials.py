"""Revision 0012: rules that an admin has put on trial in a group."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table `rule_trials`."""
    op.create_table(
        "rule_trials",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "rule_id", name=op.f("pk_rule_trials")),
    )
