"""Composition root: builds the bot from the settings, ready to be run."""

import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from zalo_governor.app.config_reload import versions
from zalo_governor.app.container import Container
from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.app.observability import Observability
from zalo_governor.app.sessions import open_session
from zalo_governor.app.supervisor import Governor, Part
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import Clock, system_clock
from zalo_governor.messaging.templates import TextId
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.sandbox.rules.client import RuleWorkerClient, command
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.errors import StoreError
from zalo_governor.storage.maintenance.account_replacement import accounts_of
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.http.rate_limit import TokenBucket

log = structlog.get_logger(__name__)

_LOGIN_DELAYS = (1, 2, 5, 10, 30, 60)
"""Seconds before each retry of a failed login; the last value applies to all further retries."""

_HALF_ANSWERS = 4
"""How many answers to the login with neither an error nor a session are borne before the session counts as refused."""
_LOCK_CHECK_SECONDS = 60.0


def build(settings: Settings, file: Path, clock: Clock = system_clock) -> Governor:
    """Build the bot from its settings, ready for `Governor.run`; no thread or network connection is started yet.

    `file` is the settings file; the running bot watches it, and the files that it refers to, for changes.

    Raises:
        ConfigError: a configuration file, the session file (Zalo login) or the encryption key is wrong.
        StoreError: the database cannot be opened, for example as it was encrypted with another key.
    """
    records = open_records(settings, clock)
    try:
        return Governor(_Bot(records, file))
    except BaseException:
        records.close()
        raise


class _Bot:
    """One bot account with its Zalo session and all components, run by `Governor`. Implements `supervisor.Machine`."""

    def __init__(self, records: AppContext, file: Path) -> None:
        self._records = records
        self._file = file
        # Read before the login, which may wait for days: changes made meanwhile are applied afterwards.
        self._loaded = versions(file, records.settings.rules_dir)
        self._observability = Observability(records)
        self._lock: InstanceLock | None = None
        self._container: Container | None = None
        self._judge_progress = Heartbeat()
        self._rules = RuleWorkerClient(
            command(records.settings.rules_dir),
            here=lambda: records.rulebook.engine,
            on_lost=self._judge_progress.tries_again,
        )
        send = records.settings.zalo.send
        self._rate_limit = TokenBucket(per_second=send.per_second, burst=send.burst)
        self._session = open_session(records, pace=self._rate_limit)
        log.info("session_used", origin=records.session_origin.value)

    def attendants(self) -> Sequence[Part]:
        """Return the monitoring parts (health page, watchdog; a thread each), which also run before the login."""
        return self._observability.parts()

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in to Zalo, retrying while Zalo is unreachable; return False if `stopping` is set meanwhile."""
        self._rules.start()
        tried = refused = 0
        while not stopping.is_set():
            try:
                self._session.login()
            except ZaloError as error:
                if isinstance(error, LoginRefusedError):
                    refused += 1
                    if error.code or refused > _HALF_ANSWERS:
                        self._tell_of_refusal(error)
                        raise
                log.warning("login_waits", error=error)
                stopping.wait(_LOGIN_DELAYS[min(tried, len(_LOGIN_DELAYS) - 1)])
                tried += 1
            else:
                self._check_database_account()
                self._records.keep_account(self._session.uid)
                self._lock = InstanceLock(self._records.database, self._session.uid)
                self._lock.take()
                return True
        return False

    def _tell_of_refusal(self, refused: LoginRefusedError) -> None:
        """Alert people of a refused login: the program ends and is not restarted, so nothing else would."""
        say = self._records.catalogue.render
        channel = FallbackAlert(self._records.settings.alarm)
        channel.deliver(say(TextId("blind_subject")), say(TextId("login_refused"), code=refused.code))

    def _check_database_account(self) -> None:
        """Raise StoreError if the database is an SQLite file that another bot account has used.

        An SQLite file is for one account: with a second one, the whole history would be checked against the rules
        again.
        """
        known = accounts_of(self._records.database)
        if self._records.database.is_sqlite and known and self._session.uid not in known:
            raise StoreError(
                f"phiên đăng nhập là của tài khoản {self._session.uid}, còn cơ sở dữ liệu là của tài khoản {known[0]}. "
                "Nếu tài khoản cũ được thay bằng tài khoản này, đề nghị chạy: zalo-governor account replace"
            )

    def parts(self) -> Sequence[Part]:
        """Build all components of the account that logged in, and return the parts (threads) that run them."""
        self._container = Container(
            self._records,
            self._session,
            self._rules,
            self._judge_progress,
            self._observability,
            self._rate_limit,
            self._file,
            self._loaded,
        )
        if self._lock is None or self._records.database.is_sqlite:
            return self._container.parts()
        keeping, stopping = self._lock.keep, threading.Event()

        def keep_lock() -> None:
            """Fail once another process has the lock: two bots would act twice on everything."""
            while not stopping.wait(_LOCK_CHECK_SECONDS):
                keeping()

        return (*self._container.parts(), Part("lock", keep_lock, stopping.set))

    def look_at_configuration(self) -> None:
        """Check the configuration files for changes now, not at the next interval; do nothing before the login."""
        if self._container:
            self._container.watch.hurry()

    def close(self) -> None:
        """Close everything that is open: the Zalo session, the database, the child process that runs the rules."""
        self._rules.close()
        if self._lock:
            self._lock.release()
        self._session.close()
        self._records.close()
