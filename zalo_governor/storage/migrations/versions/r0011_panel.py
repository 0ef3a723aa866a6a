"""Revision 0011: login links and sessions of the panel."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table `panel_keys`."""
    op.create_table(
        "panel_keys",
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_panel_keys")),
    )
    op.create_index("ix_panel_keys_person", "panel_keys", ["person_id"])
