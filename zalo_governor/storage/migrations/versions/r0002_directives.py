"""Revision 0002: the directive ledger, with directives, their addressees and the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the four tables of the directive ledger."""
    op.create_table(
        "directives",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("given_by", _ROW_ID, nullable=False),
        sa.Column("entered_by", _ROW_ID, nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("addressees", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["given_by"], ["persons.id"], name=op.f("fk_directives_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directives")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_directives_group_at", "directives", ["group_id", "at_ms"])
    op.create_index("ix_directives_message", "directives", ["group_id", "message_key"])
    _partial("ix_directives_live", "directives", ["group_id", "due_ms"], "state IN ('open', 'proposed')")
    op.create_table(
        "directive_assignees",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("directive_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("item", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=True),
        sa.Column("reported_ms", sa.BigInteger(), nullable=True),
        sa.Column("delayed_ms", sa.BigInteger(), nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directives.id"], name=op.f("fk_directive_assignees_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_assignees")),
    )
    op.create_index("ix_directive_assignees_directive", "directive_assignees", ["directive_id"])
    _partial(
        "ix_directive_assignees_due",
        "directive_assignees",
        ["group_id", "due_ms"],
        "due_ms IS NOT NULL AND reported_ms IS NULL",
    )
    _partial("ix_directive_assignees_seen", "directive_assignees", ["seen_ms"], "seen_ms IS NOT NULL")
    op.create_table(
        "directive_people",
        sa.Column("assignee_id", _ROW_ID, nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("directive_id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["directive_assignees.id"], name=op.f("fk_directive_people_assignee_id")
        ),
        sa.ForeignKeyConstraint(["directive_id"], ["directives.id"], name=op.f("fk_directive_people_directive_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_directive_people_person_id")),
        sa.PrimaryKeyConstraint("assignee_id", "person_id", name=op.f("pk_directive_people")),
    )
    op.create_index("ix_directive_people_directive", "directive_people", ["directive_id"])
    _partial("ix_directive_people_live", "directive_people", ["group_id", "person_id", "directive_id"], "live")
    op.create_table(
        "directive_answers",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("directive_id", _ROW_ID, nullable=True),
        sa.Column("assignee_id", _ROW_ID, nullable=True),
        sa.Column("target_key", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("person_id", _ROW_ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["directive_assignees.id"], name=op.f("fk_directive_answers_assignee_id")
        ),
        sa.ForeignKeyConstraint(["directive_id"], ["directives.id"], name=op.f("fk_directive_answers_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_answers")),
    )
    op.create_index("ix_directive_answers_assignee", "directive_answers", ["assignee_id"])
    op.create_index("ix_directive_answers_directive", "directive_answers", ["directive_id"])
    op.create_index("ix_directive_answers_message", "directive_answers", ["group_id", "message_key"])
    _partial("ix_directive_answers_waiting", "directive_answers", ["group_id", "target_key"], "directive_id IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
