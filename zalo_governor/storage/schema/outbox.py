"""Table of the outbox: the messages that the bot is to send or has sent, and what became of each."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    text,
)

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

PENDING = ("waiting", "uncertain")
"""States (`OutgoingState`) of messages still to be sent.
SQL must contain them as literals, not parameters; else the database does not use the partial index over them."""
GIVEN_UP = ("refused", "expired", "unconfirmed")
"""States of messages that are not tried again although they were not, or may not have been, delivered."""
UNDELIVERED = (*PENDING, "sending", *GIVEN_UP)
"""States of messages not known to be delivered: still to be sent, being sent, or given up."""
URGENT_PRIORITY = 0
"""Value of `priority` for urgent messages, which are sent before all others; higher values are sent later."""

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
    Column("body", Ciphertext, nullable=False),
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
    Column("expires_ms", BigInteger, nullable=False),  # not tried again after this time
    Column("escalated_ms", BigInteger),  # when another channel was used, since no admin was reached
    Column("told_ms", BigInteger),  # when the addressee was told of the loss
    Column("file", Ciphertext),  # a report sent as a file; NULL for a text
    # A text too long for one message of Zalo is sent in parts: the number of the next one, and the places in the text
    # where it begins and, once it is being sent, ends (NULL: at the end of the text).
    Column("part", SmallInteger, nullable=False, server_default=text("1")),
    Column("part_start", Integer, nullable=False, server_default=text("0")),
    Column("part_end", Integer),
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
