"""Revision 0008: an index by which the decisions on a case are found in the audit log, to take one back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the index `ix_audit_moved` of the audit rows that record changes of a case's state."""
    where = sa.text("action = 'case.moved'")
    op.create_index("ix_audit_moved", "audit", ["subject"], sqlite_where=where, postgresql_where=where)
