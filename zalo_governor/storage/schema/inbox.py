"""Tables of elements received from Zalo, of events and findings made of them, and of gaps (missed messages)."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

NUMBER_BITS = 8
"""Number of low bits of inbox ids, which events share, with the number of the bot account that received it."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=False),  # ms << 20 | sequence << 8 | account's number
    Column("account", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("is_group", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("cli_key", String),
    Column("sender_uid", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("source", String, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("state", String, nullable=False),  # done, dead; an entry also in `waiting` is not judged yet
    Column("body", Ciphertext),  # NULL if sealed or removed
    Column("seal_rule", String),
    Column("seal_label", String),
    Column("seal_level", String),
    Column("seal_size", Integer),
    Column("seal_mac", LargeBinary),
    Column("seal_clause", String),
    Column("seal_quoted", Boolean),
    Column("reason", String),  # why it is a dead letter
    Column("read_by", Integer),  # version of the reader that last did not understand it; NULL if it did, or before 2
    CheckConstraint("body IS NULL OR seal_rule IS NULL", name="body_or_seal"),
    Index("ux_inbox_element", "account", "thread_id", "kind", "key", "fingerprint", unique=True),
    partial(
        "ux_inbox_cli_key",
        "account",
        "thread_id",
        "cli_key",
        "sender_uid",
        "fingerprint",
        where="cli_key IS NOT NULL",
        unique=True,
    ),
    # Private messages; `where` is written as SQLAlchemy renders the condition for each database.
    Index(
        "ix_inbox_private",
        *("account", "at_ms"),
        sqlite_where=text("is_group IS 0"),
        postgresql_where=text("is_group IS false"),
    ),
    partial("ix_inbox_dead", "thread_id", "at_ms", where="state = 'dead'"),
    Index("ix_inbox_heard", "thread_id", "at_ms", "source"),
    partial("ix_inbox_seal_mac", "seal_mac", where="seal_mac IS NOT NULL"),
)

# A separate table, so that judging an entry deletes a row here, and need not rewrite the inbox row with its body.
waiting = Table(
    "waiting",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=False),  # of an inbox entry that is not judged yet
)
WAITS = inbox.c.id == waiting.c.id + 0
"""SQL condition joining `waiting` (entries not judged yet) to `inbox`; `+ 0` keeps SQLite from scanning the inbox."""

# Figures only, no text; the inbox row with the same id holds the rest.
events = Table(
    "events",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=False),  # that of the inbox entry
    Column("group_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("element", String, nullable=False),  # kind of the element: tells that a sealed event was a message
    Column("person_id", ROW_ID),
    Column("at_ms", BigInteger, nullable=False),
    Column("judged_ms", BigInteger, nullable=False),
    Column("source", String, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("own", Boolean, nullable=False),
    Column("revision", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("message_type", String),
    Column("length", Integer, nullable=False),  # of the typed text, in code points; 0 where sealed
    Column("people", Integer, nullable=False),  # how many members it concerns
    # All columns that the report counts, so that it reads only the index.
    Index(
        "ix_events_group_at",
        *("group_id", "at_ms", "kind", "element", "person_id", "source", "late", "own", "revision", "sealed", "people"),
        postgresql_include=["id"],  # SQLite's indices hold it anyway
    ),
)

findings = Table(
    "findings",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("event_id", ROW_ID, ForeignKey("events.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("person_id", ROW_ID),
    Column("rule_id", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("label", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("level", String),
    Column("reason", String),  # the rule's own code for why
    Column("false_alarm_of", ROW_ID),  # case in which the same content was declared a false alarm; no case was opened
    Column("field", String),
    Column("spans", JSON(none_as_null=True)),
    Column("excerpt", Ciphertext),
    Column("suggestion", Ciphertext),
    CheckConstraint(
        "NOT sealed OR (field IS NULL AND spans IS NULL AND excerpt IS NULL AND suggestion IS NULL)",
        name="sealed_has_no_text",
    ),
    Index("ix_findings_event", "event_id"),
    Index("ix_findings_group_at", "group_id", "at_ms"),
    partial("ix_findings_false_alarm", "group_id", "at_ms", where="false_alarm_of IS NOT NULL"),
    # Written as SQLAlchemy renders the condition for each database.
    Index(
        "ix_findings_shadow",
        *("group_id", "at_ms"),
        sqlite_where=text("shadow IS 1"),
        postgresql_where=text("shadow IS true"),
    ),
)

rule_failures = Table(
    "rule_failures",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("event_id", ROW_ID, ForeignKey("events.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("rule_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("error", String, nullable=False),
    Index("ix_rule_failures_group_at", "group_id", "at_ms"),
)

# Ids and figures only: which message a recall, deletion or reaction is about, and what became of it.
message_acts = Table(
    "message_acts",
    metadata,
    Column("event_id", ROW_ID, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # of the message among those that the event names
    Column("group_id", String, nullable=False),
    Column("kind", String, nullable=False),  # as in `events`
    Column("at_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # applied, waiting, claimed, doubtful
    Column("message_key", String, nullable=False),  # "" where Zalo did not say
    Column("cli_key", String, nullable=False),
    Column("author_uid", String, nullable=False),
    Column("icon", String, nullable=False),  # of a reaction
    Index("ix_message_acts_message", "group_id", "message_key"),
    Index("ix_message_acts_group_at", "group_id", "at_ms"),
    partial("ix_message_acts_waiting", "group_id", "cli_key", where="state = 'waiting'"),
    partial("ix_message_acts_unsettled", "group_id", "at_ms", where="state IN ('waiting', 'claimed')"),
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("account", String, nullable=False),  # the account with the gap; another one may have received the group
    Column("group_id", String, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("cause", String, nullable=False),
    Column("recovered", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("heard_id", BigInteger, nullable=False),  # id of the last inbox entry before the gap
    Column("outcome", String),  # how the last try to fetch what was missed ended
    Index("ix_gaps_group_ended", "group_id", "ended_ms"),
    # Written as SQLAlchemy renders the condition: SQLite uses the index only for the same wording.
    Index(
        "ix_gaps_pending",
        *("account", "group_id"),
        sqlite_where=text("pending = 1"),
        postgresql_where=text("pending"),
    ),
    Index(
        "ix_gaps_given_up",
        *("account", "group_id", "heard_id"),
        sqlite_where=text("pending IS 0 AND closed IS 0"),
        postgresql_where=text("pending IS false AND closed IS false"),
    ),
)

# Of an account, not of a group: one queue holds the messages of all groups.
queue_cursors = Table(
    "queue_cursors",
    metadata,
    Column("account", String, primary_key=True),
    Column("queue", String, primary_key=True),
    Column("login", String, nullable=False),  # digest that differs between logins
    Column("last_id", String, nullable=False),  # Zalo's id of the last action that is stored
    Column("since_id", BigInteger, nullable=False),  # inbox id since which nothing of the queue was left out
)
