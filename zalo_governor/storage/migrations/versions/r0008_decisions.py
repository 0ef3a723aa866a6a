"""Decisions on cases are found by case, so that they can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the index of the changes of cases' states in the audit log."""
    where = sa.text("action = 'case.moved'")
    op.create_index("ix_audit_moved", "audit", ["subject"], sqlite_where=where, postgresql_where=where)
