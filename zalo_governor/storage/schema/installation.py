"""Tables of the installation: which runs of scheduled jobs were claimed by a process, and encrypted secrets."""

from sqlalchemy import BigInteger, Column, String, Table

from zalo_governor.storage.schema.base import Ciphertext, metadata

# No group: a job's name says for whom it runs.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String, primary_key=True),
    Column("due_ms", BigInteger, primary_key=True),
)

# No group: the secrets of the installation itself.
vault = Table(
    "vault",
    metadata,
    Column("name", String, primary_key=True),
    Column("content", Ciphertext, nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
)
