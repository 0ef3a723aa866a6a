"""Revision 1000: the tables of the first installation. docs/add-a-table.md says when they are written out here."""

from alembic import op

from zalo_governor.storage.schema import metadata

revision = "1000"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    metadata.create_all(op.get_bind(), checkfirst=False)
