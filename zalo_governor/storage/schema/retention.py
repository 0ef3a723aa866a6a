"""Tables of persons erased on order, of the times up to which old content was removed, and of replaced bot accounts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# No group: a person may be in many. Only the id is kept, to repeat the erasure in a restored database.
erasures = Table(
    "erasures",
    metadata,
    Column("person_id", ROW_ID, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("by_order", String, nullable=False),  # number of the document with the order
    Column("entries", Integer, nullable=False),  # how many bodies were removed
)

# No group: the retention terms are the same for all groups.
retention_marks = Table(
    "retention_marks",
    metadata,
    Column("subject", String, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),  # content older than this was removed
)

# No group: an account may have been in many.
former_accounts = Table(
    "former_accounts",
    metadata,
    Column("uid", String, primary_key=True),
    Column("successor", String, nullable=False),  # the current account, also after several replacements
    Column("replaced_ms", BigInteger, nullable=False),
    Index("ix_former_accounts_successor", "successor"),
)
