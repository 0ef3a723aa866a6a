"""Revision 0001: the first tables, and an audit log whose rows the database refuses to change or delete."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SQLITE = """
CREATE TRIGGER audit_no_{word} BEFORE {word} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_REFUSE = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""


def upgrade() -> None:
    """Create the tables, and the triggers that keep the audit log append-only."""
    op.create_table(
        "accounts",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_accounts")),
        sa.UniqueConstraint("number"),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", _ROW_ID, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_audit_shown",
        "audit",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("action = 'case.shown'"),
        postgresql_where=sa.text("action = 'case.shown'"),
    )
    op.create_table(
        "case_readers",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "message_key", "person_id", name=op.f("pk_case_readers")),
    )
    op.create_index("ix_case_readers_noted", "case_readers", ["noted_ms"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("judged_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_group_at",
        "events",
        ["group_id", "at_ms", "kind", "element", "person_id", "source", "late", "own", "revision", "sealed", "people"],
        unique=False,
        postgresql_include=["id"],
    )
    op.create_table(
        "former_accounts",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=False),
        sa.Column("replaced_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_former_accounts")),
    )
    op.create_index("ix_former_accounts_successor", "former_accounts", ["successor"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recovered", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("heard_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    op.create_index(
        "ix_gaps_given_up",
        "gaps",
        ["account", "group_id", "heard_id"],
        unique=False,
        sqlite_where=sa.text("pending IS 0 AND closed IS 0"),
        postgresql_where=sa.text("pending IS false AND closed IS false"),
    )
    op.create_index("ix_gaps_group_ended", "gaps", ["group_id", "ended_ms"], unique=False)
    op.create_index(
        "ix_gaps_pending",
        "gaps",
        ["account", "group_id"],
        unique=False,
        sqlite_where=sa.text("pending = 1"),
        postgresql_where=sa.text("pending"),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("judged_name", sa.LargeBinary(), nullable=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "account", "uid", name=op.f("pk_group_members")),
    )
    op.create_table(
        "group_pictures",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "account", "name", name=op.f("pk_group_pictures")),
    )
    op.create_table(
        "groups",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "account", name=op.f("pk_groups")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cli_key", sa.String(), nullable=True),
        sa.Column("sender_uid", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("seal_rule", sa.String(), nullable=True),
        sa.Column("seal_label", sa.String(), nullable=True),
        sa.Column("seal_level", sa.String(), nullable=True),
        sa.Column("seal_size", sa.Integer(), nullable=True),
        sa.Column("seal_mac", sa.LargeBinary(), nullable=True),
        sa.Column("seal_clause", sa.String(), nullable=True),
        sa.Column("seal_quoted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("body IS NULL OR seal_rule IS NULL", name=op.f("ck_inbox_body_or_seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index(
        "ix_inbox_dead",
        "inbox",
        ["thread_id", "at_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index("ix_inbox_heard", "inbox", ["thread_id", "at_ms", "source"], unique=False)
    op.create_index(
        "ix_inbox_private",
        "inbox",
        ["account", "at_ms"],
        unique=False,
        sqlite_where=sa.text("is_group IS 0"),
        postgresql_where=sa.text("is_group IS false"),
    )
    op.create_index(
        "ix_inbox_seal_mac",
        "inbox",
        ["seal_mac"],
        unique=False,
        sqlite_where=sa.text("seal_mac IS NOT NULL"),
        postgresql_where=sa.text("seal_mac IS NOT NULL"),
    )
    op.create_index(
        "ux_inbox_cli_key",
        "inbox",
        ["account", "thread_id", "cli_key", "sender_uid", "fingerprint"],
        unique=True,
        sqlite_where=sa.text("cli_key IS NOT NULL"),
        postgresql_where=sa.text("cli_key IS NOT NULL"),
    )
    op.create_index("ux_inbox_element", "inbox", ["account", "thread_id", "kind", "key", "fingerprint"], unique=True)
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job", "due_ms", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "persons",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("global_id", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("display_name", sa.LargeBinary(), nullable=True),
        sa.Column("roles", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("reach_code", sa.Integer(), nullable=True),
        sa.Column("merged_into", _ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["persons.id"], name=op.f("fk_persons_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_persons_roles",
        "persons",
        ["id"],
        unique=False,
        sqlite_where=sa.text("roles IS NOT NULL"),
        postgresql_where=sa.text("roles IS NOT NULL"),
    )
    op.create_index(
        "ux_persons_global_id",
        "persons",
        ["global_id"],
        unique=True,
        sqlite_where=sa.text("global_id IS NOT NULL"),
        postgresql_where=sa.text("global_id IS NOT NULL"),
    )
    op.create_table(
        "phone_lookups",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("phone_mac", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "phone_mac", name=op.f("pk_phone_lookups")),
    )
    op.create_table(
        "retention_marks",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_retention_marks")),
    )
    op.create_table(
        "roster",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "place", name=op.f("pk_roster")),
    )
    op.create_table(
        "trials",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("live_ms", sa.BigInteger(), nullable=True),
        sa.Column("live_by", _ROW_ID, nullable=True),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.Column("announced_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_trials")),
    )
    op.create_table(
        "vault",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("saved_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_vault")),
    )
    op.create_table(
        "waiting",
        sa.Column("id", _ROW_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("given_by", _ROW_ID, nullable=False),
        sa.Column("given_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("used_by_event", _ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["persons.id"], name=op.f("fk_approvals_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approvals_group_until", "approvals", ["group_id", "until_ms"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_event_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_event_id", _ROW_ID, nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("state_ms", sa.BigInteger(), nullable=False),
        sa.Column("state_by", _ROW_ID, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", _ROW_ID, nullable=True),
        sa.Column("nth", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("desk_due_ms", sa.BigInteger(), nullable=True),
        sa.Column("remedied_ms", sa.BigInteger(), nullable=True),
        sa.Column("leader_told_ms", sa.BigInteger(), nullable=True),
        sa.Column("leader_told_by", _ROW_ID, nullable=True),
        sa.Column("asked_with", _ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_cases_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_cases_asked_with",
        "cases",
        ["asked_with"],
        unique=False,
        sqlite_where=sa.text("asked_with IS NOT NULL"),
        postgresql_where=sa.text("asked_with IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_desk_due",
        "cases",
        ["desk_due_ms"],
        unique=False,
        sqlite_where=sa.text("desk_due_ms IS NOT NULL"),
        postgresql_where=sa.text("desk_due_ms IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_due",
        "cases",
        ["due_ms"],
        unique=False,
        sqlite_where=sa.text("due_ms IS NOT NULL"),
        postgresql_where=sa.text("due_ms IS NOT NULL"),
    )
    op.create_index("ix_cases_group_opened", "cases", ["group_id", "opened_ms"], unique=False)
    op.create_index(
        "ix_cases_open",
        "cases",
        ["group_id", "person_id", "rule_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('new', 'reminded', 'under_review')"),
        postgresql_where=sa.text("state IN ('new', 'reminded', 'under_review')"),
    )
    op.create_index("ix_cases_person", "cases", ["group_id", "person_id", "opened_ms"], unique=False)
    op.create_index(
        "ix_cases_taken_back",
        "cases",
        ["group_id", "state_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'false_alarm'"),
        postgresql_where=sa.text("state = 'false_alarm'"),
    )
    op.create_table(
        "erasures",
        sa.Column("person_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by_order", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_erasures_person_id")),
        sa.PrimaryKeyConstraint("person_id", "at_ms", name=op.f("pk_erasures")),
    )
    op.create_table(
        "findings",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("event_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=True),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("false_alarm_of", _ROW_ID, nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("spans", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("excerpt", sa.LargeBinary(), nullable=True),
        sa.Column("suggestion", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "NOT sealed OR (field IS NULL AND spans IS NULL AND excerpt IS NULL AND suggestion IS NULL)",
            name=op.f("ck_findings_sealed_has_no_text"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_findings_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_event", "findings", ["event_id"], unique=False)
    op.create_index(
        "ix_findings_false_alarm",
        "findings",
        ["group_id", "at_ms"],
        unique=False,
        sqlite_where=sa.text("false_alarm_of IS NOT NULL"),
        postgresql_where=sa.text("false_alarm_of IS NOT NULL"),
    )
    op.create_index("ix_findings_group_at", "findings", ["group_id", "at_ms"], unique=False)
    op.create_index(
        "ix_findings_shadow",
        "findings",
        ["group_id", "at_ms"],
        unique=False,
        sqlite_where=sa.text("shadow IS 1"),
        postgresql_where=sa.text("shadow IS true"),
    )
    op.create_table(
        "person_uids",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_uids_person_id")),
        sa.PrimaryKeyConstraint("account", "uid", name=op.f("pk_person_uids")),
    )
    op.create_index("ix_person_uids_person", "person_uids", ["person_id"], unique=False)
    op.create_table(
        "remarks",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_remarks_person_id")),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_remarks")),
    )
    op.create_index("ix_remarks_group_at", "remarks", ["group_id", "at_ms"], unique=False)
    op.create_index(
        "ix_remarks_untold",
        "remarks",
        ["group_id"],
        unique=False,
        sqlite_where=sa.text("told_ms IS NULL"),
        postgresql_where=sa.text("told_ms IS NULL"),
    )
    op.create_table(
        "rule_failures",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("event_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_rule_failures_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_failures")),
    )
    op.create_index("ix_rule_failures_group_at", "rule_failures", ["group_id", "at_ms"], unique=False)
    op.create_table(
        "statements",
        sa.Column("event_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("long", sa.Boolean(), nullable=False),
        sa.Column("no_deadline", sa.Boolean(), nullable=False),
        sa.Column("no_addressee", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_statements_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_statements")),
    )
    op.create_index("ix_statements_group_at", "statements", ["group_id", "at_ms"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("event_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.Column("gone_by", _ROW_ID, nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("case_id", "event_id", name=op.f("pk_case_events")),
    )
    op.create_index("ix_case_events_message", "case_events", ["group_id", "message_key"], unique=False)
    op.create_table(
        "case_notes",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notes")),
    )
    op.create_index("ix_case_notes_case", "case_notes", ["case_id"], unique=False)
    op.create_table(
        "false_alarms",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_false_alarms_case_id")),
        sa.PrimaryKeyConstraint("group_id", "rule_id", "mark", "case_id", name=op.f("pk_false_alarms")),
    )
    op.create_index("ix_false_alarms_case", "false_alarms", ["case_id"], unique=False)
    op.create_table(
        "group_changes",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("event_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", _ROW_ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", _ROW_ID, nullable=True),
        sa.Column("approval_id", _ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name=op.f("fk_group_changes_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_group_changes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_group_changes_case",
        "group_changes",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index("ix_group_changes_group_at", "group_changes", ["group_id", "at_ms"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("task", sa.LargeBinary(), nullable=True),
        sa.Column("case_id", _ROW_ID, nullable=True),
        sa.Column("ordered_by", _ROW_ID, nullable=True),
        sa.Column("ordered_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("leased_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_jobs_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_case",
        "jobs",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("due_ms IS NOT NULL"),
        postgresql_where=sa.text("due_ms IS NOT NULL"),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["account", "due_ms"],
        unique=False,
        sqlite_where=sa.text("due_ms IS NOT NULL"),
        postgresql_where=sa.text("due_ms IS NOT NULL"),
    )
    op.create_index(
        "ux_jobs_open",
        "jobs",
        ["account", "kind", "group_id", "target"],
        unique=True,
        sqlite_where=sa.text("due_ms IS NOT NULL"),
        postgresql_where=sa.text("due_ms IS NOT NULL"),
    )
    op.create_table(
        "manual_cases",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("noted_by", _ROW_ID, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_manual_cases_case_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["persons.id"], name=op.f("fk_manual_cases_noted_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_manual_cases")),
    )
    op.create_table(
        "newcomers",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("brought_by", _ROW_ID, nullable=True),
        sa.Column("came_ms", sa.BigInteger(), nullable=False),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["brought_by"], ["persons.id"], name=op.f("fk_newcomers_brought_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_newcomers_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_newcomers_person_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_newcomers")),
    )
    op.create_index(
        "ix_newcomers_here",
        "newcomers",
        ["group_id", "person_id"],
        unique=False,
        sqlite_where=sa.text("gone_ms IS NULL"),
        postgresql_where=sa.text("gone_ms IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=True),
        sa.Column("case_id", _ROW_ID, nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_ms", sa.BigInteger(), nullable=True),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("msg_id", sa.String(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("escalated_ms", sa.BigInteger(), nullable=True),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_attempted", "outbox", ["account", "attempted_ms"], unique=False)
    op.create_index(
        "ix_outbox_case",
        "outbox",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["account", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'uncertain')"),
        postgresql_where=sa.text("state IN ('waiting', 'uncertain')"),
    )
    op.create_index("ix_outbox_person", "outbox", ["group_id", "person_id", "purpose", "created_ms"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state", "priority", "not_before_ms"], unique=False)
    op.create_index(
        "ix_outbox_undelivered",
        "outbox",
        ["account", "created_ms"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'uncertain', 'sending', 'refused', 'expired', 'unconfirmed')"),
        postgresql_where=sa.text("state IN ('waiting', 'uncertain', 'sending', 'refused', 'expired', 'unconfirmed')"),
    )
    op.create_index(
        "ix_outbox_urgent",
        "outbox",
        ["account", "created_ms"],
        unique=False,
        sqlite_where=sa.text("priority = 0"),
        postgresql_where=sa.text("priority = 0"),
    )
    op.create_index(
        "ix_outbox_withheld",
        "outbox",
        ["account", "created_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'withheld'"),
        postgresql_where=sa.text("state = 'withheld'"),
    )
    op.create_index(
        "ux_outbox_client_id",
        "outbox",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("client_id IS NOT NULL"),
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_table(
        "removal_codes",
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_removal_codes_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person_id", name=op.f("pk_removal_codes")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for word in ("update", "delete"):
            op.execute(_SQLITE.format(word=word))
    else:
        op.execute(_REFUSE)
        op.execute(_POSTGRESQL)
