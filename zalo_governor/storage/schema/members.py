"""Tables of persons, bot accounts, groups, group members and rosters."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from zalo_governor.storage.schema.base import ROW_ID, Ciphertext, metadata, partial

# No group: a bot account may be in many.
accounts = Table(
    "accounts",
    metadata,
    Column("uid", String, primary_key=True),
    Column("number", SmallInteger, nullable=False, unique=True),  # 0-255, part of the inbox ids it gives
)

# No group: a person may be in many (see group_members).
persons = Table(
    "persons",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("global_id", String),
    Column("phone", String),
    Column("full_name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("display_name", Ciphertext),
    Column("roles", JSON(none_as_null=True)),  # group id, or "*" for all -> roles; NULL for none
    Column("reach", String, nullable=False),
    Column("reach_code", Integer),
    Column("chosen_group", String),  # of which the person speaks in private (/nhom); NULL for all
    Column("merged_into", ROW_ID, ForeignKey("persons.id")),  # the person found later to be the same human being
    partial("ux_persons_global_id", "global_id", where="global_id IS NOT NULL", unique=True),
    partial("ix_persons_roles", "id", where="roles IS NOT NULL"),
    sqlite_autoincrement=True,
)

# No group: a uid belongs to (bot account, person), whatever the group.
person_uids = Table(
    "person_uids",
    metadata,
    Column("account", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("person_id", ROW_ID, ForeignKey("persons.id"), nullable=False),
    Index("ix_person_uids_person", "person_id"),
)

groups = Table(
    "groups",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("snapshot", Ciphertext, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("uid", String, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("judged_name", Ciphertext),
    Column("since_ms", BigInteger, nullable=False),  # of `present`
)

roster = Table(
    "roster",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("place", Integer, primary_key=True),  # from 0, in the order of the imported file
    Column("entry", Ciphertext, nullable=False),  # names and telephone numbers
)

# Telephone numbers of the roster already looked up on Zalo, so that none is looked up repeatedly.
phone_lookups = Table(
    "phone_lookups",
    metadata,
    Column("account", String, primary_key=True),
    Column("phone_mac", LargeBinary, primary_key=True),
    Column("group_id", String, nullable=False),  # the group whose roster has the number
    Column("at_ms", BigInteger, nullable=False),
    Column("found", Boolean, nullable=False),
)

# No group: one number for all rosters. It grows with each change, so that other processes read the rosters again.
revisions = Table(
    "revisions",
    metadata,
    Column("subject", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
