"""Secrets that must survive a restart, stored encrypted: for example the credentials of the Zalo session."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import vault
from zalo_governor.storage.security.crypto import binding


class SecretStore:
    """Stores secrets by name, encrypted, in the table `vault`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, name: str) -> bytes | None:
        """Return the secret saved under `name`, decrypted; None if there is none.

        Raises:
            WrongKeyError: the secret was encrypted with another key.
        """
        with self._database.read() as connection:
            content = connection.scalar(select(vault.c.content).where(vault.c.name == name))
        return None if content is None else self._database.keys.open(content, binding("vault", name))

    def names(self, prefix: str) -> list[str]:
        """Return the names of stored secrets that begin with `prefix`."""
        with self._database.read() as connection:
            return list(
                connection.scalars(select(vault.c.name).where(vault.c.name.startswith(prefix, autoescape=True)))
            )

    def begun_at(self) -> datetime | None:
        """Return when the installation began: when the oldest stored secret was saved; None if none is stored."""
        with self._database.read() as connection:
            first_ms = connection.scalar(select(func.min(vault.c.saved_ms)))
        return from_ms_or_none(first_ms)

    def forget(self, name: str) -> None:
        """Delete the secret saved under `name`."""
        with self._database.write() as connection:
            connection.execute(delete(vault).where(vault.c.name == name))

    def save(self, name: str, content: bytes) -> None:
        """Store the secret `content` durably under `name`, replacing an earlier one."""
        with self._database.write() as connection:
            connection.execute(delete(vault).where(vault.c.name == name))
            sealed = self._database.keys.seal(content, binding("vault", name))
            row = {"name": name, "content": sealed, "saved_ms": to_ms(self._database.clock())}
            connection.execute(insert(vault), row)
