"""Revision 0003: scans of attachments, with what was found in files and pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table `file_scans`."""
    op.create_table(
        "file_scans",
        sa.Column("event_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("scanned_ms", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_file_scans_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_file_scans")),
    )
    op.create_index("ix_file_scans_group_at", "file_scans", ["group_id", "at_ms"])
    op.create_index("ix_file_scans_message", "file_scans", ["group_id", "message_key"])
    where = sa.text("mac IS NOT NULL")
    op.create_index(
        "ix_file_scans_mac", "file_scans", ["mac", "scanned_ms"], sqlite_where=where, postgresql_where=where
    )
