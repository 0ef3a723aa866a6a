"""Tables of the trials: the first days of an account in a group, and of rules that an admin tries without alerts."""

from sqlalchemy import BigInteger, Column, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

trials = Table(
    "trials",
    metadata,
    Column("account", String, primary_key=True),
    Column("group_id", String, primary_key=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("live_ms", BigInteger),  # when the trial ended; NULL while on trial
    Column("live_by", ROW_ID),  # NULL if switched on the command line
    Column("told_ms", BigInteger),  # when the admin got the trial report
    Column("announced_ms", BigInteger),  # when the admins were told of the switch to live
)

rule_trials = Table(
    "rule_trials",
    metadata,
    Column("group_id", String, primary_key=True),
    Column("rule_id", String, primary_key=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("begun_by", ROW_ID, nullable=False),
)
