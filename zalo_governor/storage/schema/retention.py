"""What is no longer kept, and since when; accounts that were replaced."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# No group: a person may be in many. Nothing but a number says who it was, so that a restored database can be told.
erasures = Table(
    "erasures",
    metadata,
    Column("person_id", ROW_ID, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("by_order", String, nullable=False),  # number of the paper that orders it
    Column("entries", Integer, nullable=False),  # how many bodies were removed
)

# No group: the office keeps what is of all groups equally long.
retention_marks = Table(
    "retention_marks",
    metadata,
    Column("subject", String, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),  # what is older is gone
)

# No group: an account may have sat in many.
former_accounts = Table(
    "former_accounts",
    metadata,
    Column("uid", String, primary_key=True),
    Column("successor", String, nullable=False),  # the account that goes on, also after several changes
    Column("replaced_ms", BigInteger, nullable=False),
    Index("ix_former_accounts_successor", "successor"),
)
