"""Tables of cases, notes on cases, members' remarks, jobs and the audit log."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    event,
    text,
)

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

cases = Table(
    "cases",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("rule_id", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("label", String, nullable=False),
    Column("level", String),
    Column("sealed", Boolean, nullable=False),
    Column("person_id", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("event_ms", BigInteger, nullable=False),
    Column("last_event_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_event_id", ROW_ID, nullable=False),
    Column("message_key", String, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("state_ms", BigInteger, nullable=False),
    Column("state_by", ROW_ID),
    Column("reason", Ciphertext),  # typed by people
    Column("same_as", ROW_ID),  # an earlier case with the same sealed content
    Column("nth", Integer, nullable=False, server_default=text("1")),  # of that person under that rule
    Column("due_ms", BigInteger),  # when the leader is told; a timer that outlives the process
    Column("desk_due_ms", BigInteger),  # when the admins are told in a digest; also a timer
    Column("remedied_ms", BigInteger),
    Column("leader_told_ms", BigInteger),
    Column("leader_told_by", ROW_ID),
    Column("asked_with", ROW_ID),  # the case under which the member was asked about several
    Index("ix_cases_group_opened", "group_id", "opened_ms"),
    Index("ix_cases_person", "group_id", "person_id", "opened_ms"),
    partial("ix_cases_due", "due_ms", where="due_ms IS NOT NULL"),
    partial("ix_cases_desk_due", "desk_due_ms", where="desk_due_ms IS NOT NULL"),
    partial("ix_cases_asked_with", "asked_with", where="asked_with IS NOT NULL"),
    partial("ix_cases_taken_back", "group_id", "state_ms", where="state = 'false_alarm'"),
    partial("ix_cases_open", "group_id", "person_id", "rule_id", where="state IN ('new', 'reminded', 'under_review')"),
    sqlite_autoincrement=True,  # people cite the number: it is never given twice
)

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Column("event_id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("message_key", String, nullable=False),
    Column("gone_ms", BigInteger),  # when the message was recalled or deleted
    Column("gone_by", ROW_ID),
    Column("deleted", Boolean),
    Column("mark", LargeBinary),  # keyed hash by which the same content is recognised
    Index("ix_case_events_message", "group_id", "message_key"),
)

# Texts about a case: explanations of the person concerned, notes of the admins.
case_notes = Table(
    "case_notes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("case_id", ROW_ID, ForeignKey("cases.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("person_id", ROW_ID, nullable=False),
    Column("kind", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Ciphertext, nullable=False),
    Index("ix_case_notes_case", "case_id"),
)

# Content declared a false alarm: the same content opens no case of that rule again.
false_alarms = Table(
    "false_alarms",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("rule_id", String, primary_key=True),
    Column("mark", LargeBinary, primary_key=True),
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Index("ix_false_alarms_case", "case_id"),
)

# Who has received or seen a message under a case. Tracking behaviour is sensitive: the rows are dropped by retention.
case_readers = Table(
    "case_readers",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("message_key", String, primary_key=True),
    Column("person_id", ROW_ID, primary_key=True),
    Column("seen", Boolean, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Index("ix_case_readers_noted", "noted_ms"),
)

# One-time codes that confirm a removal: at most one for each person and case.
removal_codes = Table(
    "removal_codes",
    metadata,
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Column("person_id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("wrong", SmallInteger, nullable=False),
)

# Incidents and suggestions reported by members, numbered separately by kind.
remarks = Table(
    "remarks",
    metadata,
    Column("kind", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("group_id", String, nullable=False),
    Column("person_id", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Ciphertext, nullable=False),
    Column("told_ms", BigInteger),  # when the admins were told
    Index("ix_remarks_group_at", "group_id", "at_ms"),
    partial("ix_remarks_untold", "group_id", where="told_ms IS NULL"),
)

# Outsiders (people in a group who are not on its roster), whom cases of clause 4.5 are about.
newcomers = Table(
    "newcomers",
    metadata,
    Column("case_id", ROW_ID, ForeignKey("cases.id"), primary_key=True),
    Column("group_id", String, nullable=False),
    Column("account", String, nullable=False),
    Column("uid", String, nullable=False),
    Column("person_id", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("brought_by", ROW_ID, ForeignKey("persons.id")),
    Column("came_ms", BigInteger, nullable=False),
    Column("gone_ms", BigInteger),
    partial("ix_newcomers_here", "group_id", "person_id", where="gone_ms IS NULL"),
)

# Durable work outside the judge's transaction (domain/jobs.py).
jobs = Table(
    "jobs",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("account", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("group_id", String, nullable=False),
    Column("target", String, nullable=False),  # keyed hash of the job's target
    Column("task", Ciphertext),  # NULL once the job is settled
    Column("case_id", ROW_ID, ForeignKey("cases.id")),
    Column("ordered_by", ROW_ID),
    Column("ordered_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", BigInteger),  # NULL once the job is settled
    Column("leased_until_ms", BigInteger),  # claimed by a worker until then
    Column("outcome", String),
    partial("ix_jobs_due", "account", "due_ms", where="due_ms IS NOT NULL"),
    partial("ix_jobs_case", "case_id", where="due_ms IS NOT NULL"),
    partial("ux_jobs_open", "account", "kind", "group_id", "target", where="due_ms IS NOT NULL", unique=True),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor_id", ROW_ID),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, exactly the bytes over which the link was computed
    Column("link", LargeBinary, nullable=False),
    partial("ix_audit_shown", "subject", where="action = 'case.shown'"),
    partial("ix_audit_moved", "subject", where="action = 'case.moved'"),
    sqlite_autoincrement=True,
)
_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{change} BEFORE {change} ON audit "
        f"BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        for change in ("update", "delete")
    ],
    "postgresql": [
        """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
""",
        """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
""",
    ],
}
"""By database: what makes it refuse any change of the audit log's rows."""


def _make_append_only(_audit: Table, connection: Connection, **_created: object) -> None:
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.execute(text(statement))


event.listen(audit, "after_create", _make_append_only)
