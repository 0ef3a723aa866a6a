"""The installation that is examined: opened a piece at a time, and only so far that nothing of it is changed.

While the bot runs, Zalo is not asked in its name: a second session could cost it its own. What is then known of the
groups is what the bot saw at its last sweep.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from zalo_governor.app.context import AppContext, open_records
from zalo_governor.config import Settings, load_settings
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.lock_owner import LockOwner, occupant
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.migrations import newest
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import SqlUnitOfWork
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials


class SeenGroup(NamedTuple):
    """A group as Zalo showed it, now or at the last sweep."""

    snapshot: GroupSnapshot
    at: datetime


class DoctorContext:
    """Close it. Which parts may be opened is for the checks' `needs` to say."""

    def __init__(self, config: Path, clock: Clock, *, offline: bool, send_test: bool) -> None:
        self.config = config
        self.clock = clock
        self.offline = offline
        self.send_test = send_test
        self._opened: list[AppContext | ZaloSession | Database] = []

    def close(self) -> None:
        """Let go of what was opened."""
        for opened in reversed(self._opened):
            opened.close()

    @cached_property
    def settings(self) -> Settings:
        """Raises ConfigError."""
        return load_settings(self.config)

    @cached_property
    def keys(self) -> Keys:
        """Raises ConfigError; only for a key that is there, since a missing one would be made."""
        return Keys.load_or_make(self.settings.key_path, self.settings.given_key)

    @property
    def has_key(self) -> bool:
        """Whether there is a key yet."""
        return bool(self.settings.given_key) or self.settings.key_path.exists()

    @property
    def has_database(self) -> bool:
        """Whether there is a database yet, as far as can be said without making one."""
        return self.settings.database_url is not None or (self.settings.data_dir / "governor.db").exists()

    @cached_property
    def database(self) -> Database:
        """As it stands, not migrated."""
        database = Database(self.settings.sqlalchemy_url, self.keys, self.clock)
        self._opened.append(database)
        return database

    @property
    def ready(self) -> bool:
        """Whether the records may be opened without anything being made or changed by that."""
        return self.has_key and self.has_database and self.database.form() == newest()

    @cached_property
    def records(self) -> AppContext:
        """Only where it is `ready`."""
        records = open_records(self.settings, self.clock)
        self._opened.append(records)
        return records

    @cached_property
    def occupant(self) -> LockOwner | None:
        """Who runs the bot now."""
        account = self.records.account
        return occupant(self.records.database, account) if account else None

    @cached_property
    def session(self) -> ZaloSession:
        """Logged in, in place of the bot, which must not be running.

        Raises:
            ConfigError: there is no session.
            ZaloError: Zalo does not answer, or does not take it.
        """
        zalo = self.settings.zalo
        session = ZaloSession(
            self.records.credentials(),
            route_to=zalo.route_to,
            timeout=zalo.timeout_seconds,
            on_credentials=self._keep,
            clock=self.clock,
        )
        self._opened.append(session)
        session.login()
        return session

    @property
    def may_ask(self) -> bool:
        """Whether Zalo may be asked in the bot's name."""
        return not self.offline and self.occupant is None

    def seen(self, group_id: str) -> SeenGroup | None:
        """The group; None where nothing is known of it yet.

        Raises:
            NotInGroupError: the account is not in it.
            ZaloError: Zalo does not show it.
        """
        if self.may_ask:
            return self._seen_now(group_id)
        with self.store() as uow:
            snapshot, at = uow.members.group_snapshot(group_id), uow.members.seen_at(self.records.account, group_id)
        return SeenGroup(snapshot, at) if snapshot and at else None

    @contextmanager
    def store(self) -> Iterator[SqlUnitOfWork]:
        """For looking only."""
        with self.records.database.read() as connection:
            yield SqlUnitOfWork(Transaction(self.records.database, connection, self.records.account))

    def _seen_now(self, group_id: str) -> SeenGroup:
        if group_id not in self._fetched:
            snapshot, _ = ZaloClient(self.session, self.clock).group(group_id)
            self._fetched[group_id] = SeenGroup(snapshot, self.clock())
        return self._fetched[group_id]

    @cached_property
    def _fetched(self) -> dict[str, SeenGroup]:
        return {}

    def _keep(self, credentials: Credentials) -> None:
        # A bot that has started meanwhile has a younger session than this one.
        account = self.records.account
        if account and occupant(self.records.database, account):
            raise ConfigError("Hệ thống vừa được khởi động trong lúc kiểm tra; đề nghị chạy lại zalo-governor doctor.")
        self.records.keep_credentials(credentials)
