"""Table of each bot account's trial: the first days, in which only the admins get the bot's messages."""

from sqlalchemy import BigInteger, Column, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# No group: the trial belongs to the account.
trials = Table(
    "trials",
    metadata,
    Column("account", String, primary_key=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("live_ms", BigInteger),  # when the trial ended; NULL while on trial
    Column("live_by", ROW_ID),  # NULL if switched on the command line
    Column("told_ms", BigInteger),  # when the admin got the trial report
    Column("announced_ms", BigInteger),  # when the admins were told of the switch to live
)
