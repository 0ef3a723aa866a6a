"""The composition root: settings -> a Governor that listens, judges, sends, and reports until it is stopped."""

import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from zalo_governor.app.container import Container
from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.app.observability import Observability
from zalo_governor.app.supervisor import Governor, Part
from zalo_governor.config import Settings
from zalo_governor.domain.clock import Clock, system_clock
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.sandbox.rules.client import RuleWorkerClient, command
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.storage.engine.errors import StoreError
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.maintenance.account_replacement import accounts_of
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.http.rate_limit import TokenBucket

log = structlog.get_logger(__name__)

_LOGIN_DELAYS = (1, 2, 5, 10, 30, 60)


def build(settings: Settings, file: Path, clock: Clock = system_clock) -> Governor:
    """Put the program together; nothing runs and nobody is called yet.

    `file` is what the settings were read from: it is watched, as the files are to which it points.

    Raises:
        ConfigError: a configuration file, the session file or the key is wrong.
        StoreError: the database cannot be used with this key or this version.
    """
    records = open_records(settings, clock)
    try:
        return Governor(_Bot(records, file))
    except BaseException:
        records.close()
        raise


def open_session(records: AppContext, pace: TokenBucket | None = None) -> ZaloSession:
    """The session of the account, not logged in yet; raises ConfigError where there is none."""
    zalo = records.settings.zalo
    return ZaloSession(
        records.credentials(),
        route_to=zalo.route_to,
        timeout=zalo.timeout_seconds,
        on_credentials=records.keep_credentials,
        clock=records.clock,
        pace=pace or TokenBucket(per_second=zalo.send.per_second, burst=zalo.send.burst),
        client_version=zalo.client_version,
    )


class _Bot:
    """Fits governor.Machine: one bot account."""

    def __init__(self, records: AppContext, file: Path) -> None:
        self._records = records
        self._file = file
        self._watching = Observability(records)
        self._lock: InstanceLock | None = None
        self._wiring: Container | None = None
        self._judging = Heartbeat()
        self._rules = RuleWorkerClient(
            command(records.settings.rules_dir),
            here=lambda: records.rulebook.engine,
            on_lost=self._judging.tries_again,
        )
        send = records.settings.zalo.send
        self._pace = TokenBucket(per_second=send.per_second, burst=send.burst)
        self._session = open_session(records, self._pace)
        log.info("session_used", origin=records.session_origin.value)

    def attendants(self) -> Sequence[Part]:
        """What lets others see how the bot stands, also while it cannot log in."""
        return self._watching.parts()

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in, however long the network is away; False when stopped meanwhile."""
        self._rules.start()
        tried = 0
        while not stopping.is_set():
            try:
                self._session.login()
            except LoginRefusedError as refused:
                # The program ends, and is not started again: nobody else would tell anybody.
                say = self._records.catalogue.render
                channel = FallbackAlert(self._records.settings.alarm)
                channel.deliver(say(MessageId.BLIND_SUBJECT), say(MessageId.LOGIN_REFUSED, code=refused.code))
                raise
            except ZaloError as error:
                log.warning("login_waits", error=error)
                stopping.wait(_LOGIN_DELAYS[min(tried, len(_LOGIN_DELAYS) - 1)])
                tried += 1
            else:
                self._refuse_a_stranger()
                self._records.keep_account(self._session.uid)
                self._lock = InstanceLock(self._records.database, self._session.uid)
                self._lock.take()
                return True
        return False

    def _refuse_a_stranger(self) -> None:
        """An SQLite file serves one account. Another one that simply went on would judge all of the history again."""
        known = accounts_of(self._records.database)
        if self._records.database.is_sqlite and known and self._session.uid not in known:
            raise StoreError(
                f"phiên đăng nhập là của tài khoản {self._session.uid}, còn cơ sở dữ liệu là của tài khoản {known[0]}. "
                "Nếu tài khoản cũ được thay bằng tài khoản này, đề nghị chạy: zalo-governor account replace"
            )

    def parts(self) -> Sequence[Part]:
        """Everything that runs, wired for the account that logged in."""
        self._wiring = Container(
            self._records, self._session, self._rules, self._judging, self._watching, self._pace, self._file
        )
        return self._wiring.parts()

    def look_at_configuration(self) -> None:
        """See now whether its files were changed; before the login, nothing happens."""
        if self._wiring:
            self._wiring.watch.hurry()

    def close(self) -> None:
        """Close the session and the database, and end the process of the rules."""
        self._rules.close()
        if self._lock:
            self._lock.release()
        self._session.close()
        self._records.close()
