"""Read-only access of the checks to the installation, whose parts (settings, database …) are opened on first use.

While the bot runs, the doctor does not log in to Zalo, because a second session could end the bot's session. Data of
the groups then come from the bot's last group sync (its regular reading of a group's members from Zalo).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from zalo_governor.app.configuration import Configuration, CurrentConfiguration, load_configuration
from zalo_governor.app.context import AppContext
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.lock_owner import LockOwner, occupant
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.migrations import newest
from zalo_governor.storage.security.crypto import Keys, master_key
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import NotInGroupError


class SeenGroup(NamedTuple):
    """A group's name, settings and members as Zalo returned them at the time `at` (now, or when the bot last asked)."""

    snapshot: GroupSnapshot
    at: datetime


class DoctorContext:
    """The parts of the installation that the checks use (settings, keys, database, Zalo session), opened on first use.

    A check may use a part only if the checks that verify that part have passed; `Check.needs` ensures this. Call
    `close` at the end.
    """

    def __init__(self, config: Path, clock: Clock, *, offline: bool, send_test: bool) -> None:
        self.config = config
        self.clock = clock
        self.offline = offline
        self.send_test = send_test
        self._opened: list[ZaloSession | Database] = []
        self._fetched: dict[str, SeenGroup] = {}

    def close(self) -> None:
        """Close the database and the Zalo session, as far as they were opened."""
        for opened in reversed(self._opened):
            opened.close()

    @cached_property
    def settings(self) -> Settings:
        """Load governor.yaml on first use; raise ConfigError if it is wrong."""
        return load_settings(self.config)

    @cached_property
    def keys(self) -> Keys:
        """Load the encryption keys on first use; raise ConfigError if the key is invalid.

        Use only if `has_key`: otherwise a new key would be created.
        """
        return Keys(master_key(self.settings.key_path, self.settings.given_key))

    @property
    def has_key(self) -> bool:
        """Return whether the installation has an encryption key: passed by the environment, or in the key file."""
        return bool(self.settings.given_key) or self.settings.key_path.exists()

    @property
    def has_database(self) -> bool:
        """Return whether the database file exists; always True for PostgreSQL, where only connecting would tell."""
        return self.settings.database_url is not None or (self.settings.data_dir / "governor.db").exists()

    @cached_property
    def database(self) -> Database:
        """Open the database on first use and return it, without migrating its schema."""
        database = Database(self.settings.sqlalchemy_url, self.keys, self.clock)
        self._opened.append(database)
        return database

    @property
    def ready(self) -> bool:
        """Return whether key and database exist and the schema is up to date."""
        return self.has_key and self.has_database and self.database.form() == newest()

    @cached_property
    def configuration(self) -> Configuration:
        """Load rules, message texts and word lists on first use; raise ConfigError if a file is wrong."""
        return load_configuration(self.settings)

    @cached_property
    def records(self) -> AppContext:
        """Return the database with the configuration, as the commands use them; only if `ready` is True."""
        database = self.database
        return AppContext(CurrentConfiguration(self.configuration), database)

    @cached_property
    def occupant(self) -> LockOwner | None:
        """Return the process that runs the bot now (holds the bot account's lock); None if the bot is not running."""
        account = self.records.account
        return occupant(self.records.database, account) if account else None

    @cached_property
    def session(self) -> ZaloSession:
        """Log in to Zalo on first use with the session stored by the bot; return the logged-in session.

        The bot must not be running.

        Raises:
            ConfigError: no session is stored.
            ZaloError: Zalo does not answer or rejects the session.
        """
        zalo = self.settings.zalo
        session = ZaloSession(
            self.records.credentials(),
            route_to=zalo.route_to,
            timeout=zalo.timeout_seconds,
            on_credentials=self._keep_credentials,
            clock=self.clock,
        )
        self._opened.append(session)
        session.login()
        return session

    @property
    def may_ask(self) -> bool:
        """Return whether checks may log in to Zalo as the bot: not with --offline, and not while the bot runs."""
        return not self.offline and self.occupant is None

    def seen(self, group_id: str) -> SeenGroup | None:
        """Return name, settings and members of a group: asked from Zalo if `may_ask`, else as the bot last stored them.

        The result is None if the bot has never stored them.

        Raises:
            NotInGroupError: the bot account is not a member of the group.
            ZaloError: Zalo does not return the group.
        """
        if self.may_ask:
            return self._fetch_group(group_id)
        with self.store() as uow:
            snapshot, at = uow.members.group_snapshot(group_id), uow.members.seen_at(self.records.account, group_id)
        return SeenGroup(snapshot, at) if snapshot and at else None

    def seen_or_none(self, group_id: str) -> SeenGroup | None:
        """Return what `seen` returns; None also if the bot account is not a member of the group."""
        try:
            return self.seen(group_id)
        except NotInGroupError:
            return None

    @contextmanager
    def store(self) -> Iterator[UnitOfWork]:
        """Context manager that yields the repositories of the database in one read-only transaction."""
        with self.records.database.read() as connection:
            yield UnitOfWork(Transaction(self.records.database, connection, self.records.account))

    def _fetch_group(self, group_id: str) -> SeenGroup:
        if group_id not in self._fetched:
            snapshot, _ = ZaloClient(self.session, self.clock).group(group_id)
            self._fetched[group_id] = SeenGroup(snapshot, self.clock())
        return self._fetched[group_id]

    def _keep_credentials(self, credentials: Credentials) -> None:
        # If the bot was started meanwhile, its session is newer and must not be overwritten.
        account = self.records.account
        if account and occupant(self.records.database, account):
            raise ConfigError("Hệ thống vừa được khởi động trong lúc kiểm tra; đề nghị chạy lại zalo-governor doctor.")
        self.records.keep_credentials(credentials)
