"""The trial of a bot account, an index for what rules on trial found, and one for who opened a case."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table and the indices; an account that has sent anything before stays switched on."""
    op.create_table(
        "trials",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("live_ms", sa.BigInteger()),
        sa.Column("live_by", _ROW_ID),
        sa.Column("told_ms", sa.BigInteger()),
        sa.Column("announced_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_trials")),
    )
    op.execute(
        "INSERT INTO trials (account, began_ms, live_ms, told_ms, announced_ms)"
        " SELECT account, min(created_ms), min(created_ms), min(created_ms), min(created_ms)"
        " FROM outbox GROUP BY account"
    )
    op.create_index(
        "ix_findings_shadow",
        "findings",
        ["group_id", "at_ms"],
        sqlite_where=sa.text("shadow IS 1"),
        postgresql_where=sa.text("shadow IS true"),
    )
    shown = sa.text("action = 'case.shown'")
    op.create_index("ix_audit_shown", "audit", ["subject"], sqlite_where=shown, postgresql_where=shown)
    withheld = sa.text("state = 'withheld'")
    op.create_index(
        "ix_outbox_withheld", "outbox", ["account", "created_ms"], sqlite_where=withheld, postgresql_where=withheld
    )
