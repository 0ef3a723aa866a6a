"""Table of the trial period of each bot account."""

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
