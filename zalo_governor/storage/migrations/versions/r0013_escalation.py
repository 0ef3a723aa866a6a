"""The ladder's timers and counts, what people say of a case, and what was taken back as a false alarm."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012b"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables; what waited for the digest goes on waiting for it."""
    for column in (
        sa.Column("nth", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("desk_due_ms", sa.BigInteger()),
        sa.Column("remedied_ms", sa.BigInteger()),
    ):
        op.add_column("cases", column)
    op.execute(
        "UPDATE cases SET desk_due_ms = due_ms, due_ms = NULL WHERE due_ms IS NOT NULL AND severity = 'triage'"
        " AND NOT sealed"
    )
    op.execute("UPDATE cases SET remedied_ms = state_ms WHERE state = 'remedied'")
    op.add_column("case_events", sa.Column("mark", sa.LargeBinary()))
    op.add_column("findings", sa.Column("false_alarm_of", _ROW_ID))
    op.create_index("ix_cases_person", "cases", ["group_id", "person_id", "opened_ms"])
    _partial_index("ix_cases_desk_due", "cases", ["desk_due_ms"], "desk_due_ms IS NOT NULL")
    _partial_index("ix_cases_taken_back", "cases", ["group_id", "state_ms"], "state = 'false_alarm'")
    _partial_index("ix_findings_false_alarm", "findings", ["group_id", "at_ms"], "false_alarm_of IS NOT NULL")
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
    op.create_index("ix_case_notes_case", "case_notes", ["case_id"])
    op.create_table(
        "false_alarms",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_false_alarms_case_id")),
        sa.PrimaryKeyConstraint("group_id", "rule_id", "mark", "case_id", name=op.f("pk_false_alarms")),
    )
    op.create_index("ix_false_alarms_case", "false_alarms", ["case_id"])


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
