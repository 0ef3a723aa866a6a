"""Tables of the directive ledger: directives (leaders' orders), who has to answer them, and who has answered."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, SmallInteger, String, Table

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

directives = Table(
    "directives",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("account", String, nullable=False),
    Column("message_key", String, nullable=False),
    Column("given_by", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Column("entered_by", ROW_ID),
    Column("at_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("body", Ciphertext, nullable=False),  # items, mentioned uids, reason
    # Sums over the addressees, so that the list of directives need not read the table of addressees.
    Column("addressees", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
    Column("due_ms", BigInteger),  # the earliest deadline that is not met
    Index("ix_directives_group_at", "group_id", "at_ms"),
    Index("ix_directives_message", "group_id", "message_key"),
    partial("ix_directives_live", "group_id", "due_ms", where="state IN ('open', 'proposed')"),
    sqlite_autoincrement=True,  # people cite the number: it is never given twice
)

directive_assignees = Table(
    "directive_assignees",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("directive_id", ROW_ID, ForeignKey("directives.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("item", SmallInteger, nullable=False),
    Column("name", Ciphertext, nullable=False),
    Column("known", Boolean, nullable=False),
    Column("due_ms", BigInteger),
    Column("removed", Boolean, nullable=False),
    Column("seen_ms", BigInteger),
    Column("received_ms", BigInteger),
    Column("reported_ms", BigInteger),
    Column("delayed_ms", BigInteger),
    Column("assumed", Boolean, nullable=False),
    Index("ix_directive_assignees_directive", "directive_id"),
    partial("ix_directive_assignees_due", "group_id", "due_ms", where="due_ms IS NOT NULL AND reported_ms IS NULL"),
    partial("ix_directive_assignees_seen", "seen_ms", where="seen_ms IS NOT NULL"),
)

directive_people = Table(
    "directive_people",
    metadata,
    Column("assignee_id", ROW_ID, ForeignKey("directive_assignees.id"), primary_key=True),
    Column("person_id", ROW_ID, ForeignKey("persons.id"), primary_key=True),
    Column("directive_id", ROW_ID, ForeignKey("directives.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("place", SmallInteger, nullable=False),  # order of the people of an agency; the first is reminded
    Column("live", Boolean, nullable=False),  # whether the directive is open, so that answers are looked for
    Index("ix_directive_people_directive", "directive_id"),
    partial("ix_directive_people_live", "group_id", "person_id", "directive_id", where="live"),
)

directive_answers = Table(
    "directive_answers",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("group_id", String, nullable=False),
    Column("directive_id", ROW_ID, ForeignKey("directives.id")),
    Column("assignee_id", ROW_ID, ForeignKey("directive_assignees.id")),
    Column("target_key", String, nullable=False),
    Column("message_key", String, nullable=False),
    Column("person_id", ROW_ID, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("way", String, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Index("ix_directive_answers_assignee", "assignee_id"),
    Index("ix_directive_answers_directive", "directive_id"),
    Index("ix_directive_answers_message", "group_id", "message_key"),
    partial("ix_directive_answers_waiting", "group_id", "target_key", where="directive_id IS NULL"),
)
