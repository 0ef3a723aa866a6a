"""The tables. Times are milliseconds since 1970 in UTC; columns marked "sealed" hold AES-GCM ciphertext.

Every table carries the group it speaks of, or says why it cannot. Inside a private conversation the thread is the
other person's uid, and that stands where the group id stands otherwise.
"""

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
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

NUMBER_BITS = 8
"""Bits at the end of an inbox id, and so of an event's, that hold the number of the account that heard it."""

# SQLite numbers rows by itself only where the type is exactly INTEGER.
_RowId = BigInteger().with_variant(Integer(), "sqlite")


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# No group: an account may sit in many.
accounts = Table(
    "accounts",
    metadata,
    Column("uid", String, primary_key=True),
    Column("number", SmallInteger, nullable=False, unique=True),  # 0-255, part of the inbox ids it gives
)

# No group: a person may be in many; who is where stands in group_members.
persons = Table(
    "persons",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("global_id", String),
    Column("phone", String),
    Column("full_name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("display_name", LargeBinary),  # sealed
    Column("roles", JSON(none_as_null=True)),  # NULL for none, so that the few who hold one are found at once
    Column("reach", String, nullable=False),
    Column("reach_code", Integer),
    Column("merged_into", _RowId, ForeignKey("persons.id")),  # the same human being, found out later
    _partial("ux_persons_global_id", "global_id", where="global_id IS NOT NULL", unique=True),
    _partial("ix_persons_roles", "id", where="roles IS NOT NULL"),
    sqlite_autoincrement=True,
)

# No group: a uid belongs to (bot account, person), whatever the group.
person_uids = Table(
    "person_uids",
    metadata,
    Column("account", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("person_id", _RowId, ForeignKey("persons.id"), nullable=False),
    Index("ix_person_uids_person", "person_id"),
)

groups = Table(
    "groups",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),  # sealed
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("judged_name", LargeBinary),  # sealed
    Column("since_ms", BigInteger, nullable=False),  # of `present`
)

roster = Table(
    "roster",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("place", Integer, primary_key=True),  # from 0, in the order of the office's list
    Column("entry", LargeBinary, nullable=False),  # sealed: names and telephone numbers of people
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=False),  # ms << 20 | sequence << 8 | account's number
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
    Column("state", String, nullable=False),  # waiting, done, dead
    Column("body", LargeBinary),  # sealed; NULL where nothing may be kept
    Column("seal_rule", String),
    Column("seal_label", String),
    Column("seal_level", String),
    Column("seal_size", Integer),
    Column("seal_mac", LargeBinary),
    Column("seal_clause", String),
    Column("seal_quoted", Boolean),
    Column("reason", String),  # why it is a dead letter
    CheckConstraint("body IS NULL OR seal_rule IS NULL", name="body_or_seal"),
    Index("ux_inbox_element", "account", "thread_id", "kind", "key", "fingerprint", unique=True),
    _partial(
        "ux_inbox_cli_key",
        "account",
        "thread_id",
        "cli_key",
        "sender_uid",
        "fingerprint",
        where="cli_key IS NOT NULL",
        unique=True,
    ),
    _partial("ix_inbox_waiting", "id", where="state = 'waiting'"),
    # What is private to an account; written as SQLAlchemy asks each database.
    Index(
        "ix_inbox_private",
        *("account", "at_ms"),
        sqlite_where=text("is_group IS 0"),
        postgresql_where=text("is_group IS false"),
    ),
    _partial("ix_inbox_dead", "thread_id", "at_ms", where="state = 'dead'"),
    Index("ix_inbox_heard", "thread_id", "at_ms", "source"),
    _partial("ix_inbox_seal_mac", "seal_mac", where="seal_mac IS NOT NULL"),
)

# Facts for figures, no text. The row's other facts stand in the inbox under the same id.
events = Table(
    "events",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=False),  # that of the inbox entry
    Column("group_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("element", String, nullable=False),  # what kind of element it was: a sealed event still is a message
    Column("person_id", _RowId),
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
    # Everything that the report counts, so that it never reads the rows themselves.
    Index(
        "ix_events_group_at",
        *("group_id", "at_ms", "kind", "element", "person_id", "source", "late", "own", "revision", "sealed", "people"),
        postgresql_include=["id"],  # SQLite's indices hold it anyway
    ),
)

findings = Table(
    "findings",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("event_id", _RowId, ForeignKey("events.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("person_id", _RowId),
    Column("rule_id", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("label", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("level", String),
    Column("reason", String),  # the rule's own code for why
    Column("field", String),
    Column("spans", JSON(none_as_null=True)),
    Column("excerpt", LargeBinary),  # sealed
    Column("suggestion", LargeBinary),  # sealed
    CheckConstraint(
        "NOT sealed OR (field IS NULL AND spans IS NULL AND excerpt IS NULL AND suggestion IS NULL)",
        name="sealed_has_no_text",
    ),
    Index("ix_findings_event", "event_id"),
    Index("ix_findings_group_at", "group_id", "at_ms"),
)

rule_failures = Table(
    "rule_failures",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("event_id", _RowId, ForeignKey("events.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("rule_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("error", String, nullable=False),
    Index("ix_rule_failures_group_at", "group_id", "at_ms"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("rule_id", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("label", String, nullable=False),
    Column("level", String),
    Column("sealed", Boolean, nullable=False),
    Column("person_id", _RowId, ForeignKey("persons.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("event_ms", BigInteger, nullable=False),
    Column("last_event_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_event_id", _RowId, nullable=False),
    Column("message_key", String, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("state_ms", BigInteger, nullable=False),
    Column("state_by", _RowId),
    Column("reason", LargeBinary),  # sealed: people type it
    Column("same_as", _RowId),  # an earlier case with the same sealed content
    Column("due_ms", BigInteger),  # when the program acts by itself; a timer that outlives the process
    Column("leader_told_ms", BigInteger),
    Column("leader_told_by", _RowId),
    Index("ix_cases_group_opened", "group_id", "opened_ms"),
    _partial("ix_cases_due", "due_ms", where="due_ms IS NOT NULL"),
    _partial("ix_cases_open", "group_id", "person_id", "rule_id", where="state IN ('new', 'reminded', 'under_review')"),
    sqlite_autoincrement=True,  # people cite the number: it is never given twice
)

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", _RowId, ForeignKey("cases.id"), primary_key=True),
    Column("event_id", _RowId, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("message_key", String, nullable=False),
    Column("gone_ms", BigInteger),  # when the message was recalled or deleted
    Column("gone_by", _RowId),
    Column("deleted", Boolean),
    Index("ix_case_events_message", "group_id", "message_key"),
)

# Who has received or seen a message under a case. Tracking behaviour is sensitive: the rows are dropped by retention.
case_readers = Table(
    "case_readers",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("message_key", String, primary_key=True),
    Column("person_id", _RowId, primary_key=True),
    Column("seen", Boolean, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Index("ix_case_readers_noted", "noted_ms"),
)

# One-time codes that confirm a removal: at most one for each person and case.
removal_codes = Table(
    "removal_codes",
    metadata,
    Column("case_id", _RowId, ForeignKey("cases.id"), primary_key=True),
    Column("person_id", _RowId, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("wrong", SmallInteger, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("account", String, nullable=False),
    Column("group_id", String, nullable=False),
    Column("case_id", _RowId, ForeignKey("cases.id"), nullable=False),
    Column("message_key", String, nullable=False),
    Column("cli_key", String, nullable=False),
    Column("owner_uid", String, nullable=False),
    Column("sent_ms", BigInteger, nullable=False),
    Column("ordered_by", _RowId, nullable=False),
    Column("ordered_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", BigInteger),  # NULL once it is settled
    Column("outcome", String),
    _partial("ix_removals_due", "due_ms", where="due_ms IS NOT NULL"),
    sqlite_autoincrement=True,
)

PENDING = ("waiting", "uncertain")
"""States of what is still to be sent; written out in statements, since only so the index of the few is taken."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("account", String, nullable=False),
    Column("thread_id", String, nullable=False),
    Column("is_group", Boolean, nullable=False),
    Column("group_id", String, nullable=False),
    Column("person_id", _RowId),
    Column("case_id", _RowId, ForeignKey("cases.id")),
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
    Column("done_ms", BigInteger),  # when it was sent or refused
    Column("refused_code", Integer),
    Index("ix_outbox_state", "state", "priority", "not_before_ms"),
    _partial("ix_outbox_pending", "account", "priority", "id", where=f"state IN {PENDING}"),
    _partial("ux_outbox_client_id", "client_id", where="client_id IS NOT NULL", unique=True),
    Index("ix_outbox_attempted", "account", "attempted_ms"),
    Index("ix_outbox_person", "group_id", "person_id", "purpose", "created_ms"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor_id", _RowId),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, byte for byte what the link was made over
    Column("link", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("account", String, nullable=False),  # whose line it was: another account may have heard the group
    Column("group_id", String, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("cause", String, nullable=False),
    Column("recovered", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("heard_id", BigInteger, nullable=False),  # inbox entries up to this one were heard before it
    Index("ix_gaps_group_ended", "group_id", "ended_ms"),
    # Each written as SQLAlchemy asks that database: SQLite takes the index for no other word of the same.
    Index(
        "ix_gaps_pending",
        *("account", "group_id"),
        sqlite_where=text("pending = 1"),
        postgresql_where=text("pending"),
    ),
)

# No group: a job's name says for whom it runs.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String, primary_key=True),
    Column("due_ms", BigInteger, primary_key=True),
)

# No group: the secrets of the installation itself.
vault = Table(
    "vault",
    metadata,
    Column("name", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("saved_ms", BigInteger, nullable=False),
)
