"""What the program sends."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata, partial

PENDING = ("waiting", "uncertain")
"""States of what is still to be sent; written out in statements, since only so the index of the few is taken."""
GIVEN_UP = ("refused", "expired", "unconfirmed")
"""States of what was not delivered, or not as far as anybody knows, and is tried no longer."""
UNDELIVERED = (*PENDING, "sending", *GIVEN_UP)
URGENT_PRIORITY = 0

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("account", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("is_group", Boolean, nullable=False),
    Column("group_id", String, nullable=False),
    Column("person_id", ROW_ID),
    Column("case_id", ROW_ID, ForeignKey("cases.id")),
    Column("purpose", String, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("created_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("client_id", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("attempted_ms", BigInteger),
    Column("repeated", Boolean, nullable=False),
    Column("msg_id", String),
    Column("done_ms", BigInteger),  # when it was sent or given up
    Column("code", Integer),  # Zalo's error code or the HTTP status of the last try; NULL where there was none
    Column("expires_ms", BigInteger, nullable=False),  # after this it is not tried again
    Column("escalated_ms", BigInteger),  # when another way was taken, since it reached nobody of the desk
    Column("told_ms", BigInteger),  # when its addressee was told that it had been lost
    Column("file", LargeBinary),  # sealed: a report that goes out as a file; NULL for a text
    Index("ix_outbox_state", "state", "priority", "not_before_ms"),
    partial("ix_outbox_pending", "account", "priority", "id", where=f"state IN {PENDING}"),
    partial("ux_outbox_client_id", "client_id", where="client_id IS NOT NULL", unique=True),
    partial("ix_outbox_withheld", "account", "created_ms", where="state = 'withheld'"),
    partial("ix_outbox_undelivered", "account", "created_ms", where=f"state IN {UNDELIVERED}"),
    partial("ix_outbox_urgent", "account", "created_ms", where=f"priority = {URGENT_PRIORITY}"),
    partial("ix_outbox_case", "case_id", where="case_id IS NOT NULL"),
    Index("ix_outbox_attempted", "account", "attempted_ms"),
    Index("ix_outbox_person", "group_id", "person_id", "purpose", "created_ms"),
    sqlite_autoincrement=True,
)
