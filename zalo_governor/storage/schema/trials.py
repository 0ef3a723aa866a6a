"""How each bot account stands with its trial."""

from sqlalchemy import BigInteger, Column, String, Table

from zalo_governor.storage.schema.base import ROW_ID, metadata

# No group: a trial is an account's.
trials = Table(
    "trials",
    metadata,
    Column("account", String, primary_key=True),
    Column("began_ms", BigInteger, nullable=False),
    Column("live_ms", BigInteger),  # NULL while it is on trial
    Column("live_by", ROW_ID),  # NULL for whoever sits at the machine
    Column("told_ms", BigInteger),  # when the admin got the page about it
    Column("announced_ms", BigInteger),  # when the desk heard that it was switched on
)
