"""Tables of changes to groups, the leader's permissions for changes (approvals), group pictures and manual cases."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

approvals = Table(
    "approvals",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("given_by", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("given_ms", BigInteger, nullable=False),
    Column("kind", String),  # NULL for every kind
    Column("body", Ciphertext, nullable=False),  # the words, and which item of the kind
    Column("until_ms", BigInteger, nullable=False),
    Column("once", Boolean, nullable=False),
    Column("used_by_event", ROW_ID),
    Index("ix_approvals_group_until", "group_id", "until_ms"),
    sqlite_autoincrement=True,
)

group_changes = Table(
    "group_changes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("account", String, nullable=False),
    Column("event_id", ROW_ID, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor_id", ROW_ID),
    Column("kind", String, nullable=False),
    Column("body", Ciphertext, nullable=False),  # which item, value before and after
    Column("case_id", ROW_ID, ForeignKey("cases.id")),
    Column("approval_id", ROW_ID, ForeignKey("approvals.id")),
    Index("ix_group_changes_group_at", "group_id", "at_ms"),
    partial("ix_group_changes_case", "case_id", where="case_id IS NOT NULL"),
    sqlite_autoincrement=True,
)

group_pictures = Table(
    "group_pictures",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("name", String, primary_key=True),  # keyed hash of the picture's name at Zalo
    Column("likeness", String, nullable=False),  # perceptual hash, 16 hexadecimal digits
    Column("thumbnail", Ciphertext, nullable=False),
)

manual_cases = Table(
    "manual_cases",
    metadata,
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Column("group_id", String, nullable=False),
    Column("noted_by", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("words", Ciphertext, nullable=False),  # the reason as typed
)
