"""Table of the links and sessions of the panel."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# No group: each request checks again what the person may see.
panel_keys = Table(
    "panel_keys",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # keyed hash of the secret
    Column("kind", String, nullable=False),
    Column("person_id", ROW_ID, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("ix_panel_keys_person", "person_id"),
)
