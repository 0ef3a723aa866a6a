"""A process that only scans attachments, beside the bots, on the same PostgreSQL server and perhaps another machine.

It does not log in to Zalo, as the addresses of files are in the jobs; to Zalo it looks like the bot's browser. Its
findings are put into the outbox, from which the bot sends them.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import structlog

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.app.config_hashes import configuration_files
from zalo_governor.app.config_reload import ConfigurationWatch
from zalo_governor.app.context import AppContext, read_records
from zalo_governor.app.file_fetcher import FileFetcher
from zalo_governor.app.policy import office_policy
from zalo_governor.app.services import FileTools, scan_runner
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.backoff import doubling
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.attachments.scan_jobs import ScanFile
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.storage.engine.write_lock import WriteLock
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.auth.browser import browser_headers
from zalo_governor.zalo.http.file_download import FileDownload

log = structlog.get_logger(__name__)

_DOWNLOAD_SECONDS = 60.0
_LOOK_SECONDS = 1.0
"""Seconds between two checks for due scans of an office."""
_AGAIN_SECONDS = 0.05
_OFFICES_SECONDS = 30.0
"""Seconds between two checks for offices that were added."""
_FILES_SECONDS = 10.0
"""Seconds between two checks whether the configuration of an office was changed."""
_PAUSES = (5.0, 300.0)
"""Pause before an office that failed is tried again, in seconds: the first one, and the longest."""
_NOT_READ = frozenset({"messages", "regulations"})
"""Folders of the configuration that the reader of files does not use."""
_LETTERHEAD = re.compile(rb"^(number|issued|issuer):.*$", re.MULTILINE)
"""Lines of a regulation's file that do not influence a scan, though they differ from office to office."""


class ScanWorker:
    """Runner of the scans of one or many offices, each in a thread of its own, with one reader process for all.

    The offices take turns at the reader. An office whose settings or database fail is tried again later, and delays no
    other. No database schema is migrated: an office with a schema of another version waits. A changed configuration
    applies within half a minute, unless it is wrong.

    Args:
        configs: returns the settings files of the offices that there are now.
        clock: gives the present time.
    """

    def __init__(self, configs: Callable[[], list[Path]], clock: Clock) -> None:
        self._configs = configs
        self._clock = clock
        self._reader = _Reader()
        self._stopped = threading.Event()
        self._threads: dict[Path, threading.Thread] = {}
        self._checked: dict[Path, AppContext] = {}

    def check(self, config: Path) -> None:
        """Check that files can be scanned for the office with the settings file `config`; keep its database open.

        Raises:
            ConfigError: the database is SQLite, which serves one process, or the bot has not logged in yet.
            StoreError: the database cannot be used, for example as it is of another version.
        """
        records = read_records(load_settings(config), self._clock)
        try:
            _runner(records, self._reader.of(records.settings))
        except BaseException:
            records.close()
            raise
        self._checked[config] = records

    def run(self) -> None:
        """Scan until stopped."""
        while True:
            for config in self._configs():
                if not (known := self._threads.get(config)) or not known.is_alive():
                    self._threads[config] = threading.Thread(target=self._serve, args=[config], daemon=True)
                    self._threads[config].start()
            if self._stopped.wait(_OFFICES_SECONDS):
                return

    def stop(self) -> None:
        """Make `run` return, also in the middle of a file, which is scanned again soon, here or by another worker."""
        self._stopped.set()
        self._reader.close()

    def _serve(self, config: Path) -> None:
        """Scan for one office until stopped, or until its settings file is gone."""
        pauses = doubling(*_PAUSES)
        while config.exists() and not self._stopped.is_set():
            try:
                with self._opened(config) as (records, runner):
                    changed, look_at = threading.Event(), monotonic()
                    watch = _watch(config, records, changed)
                    while config.exists() and not self._stopped.is_set() and not changed.is_set():
                        if monotonic() >= look_at:
                            watch.look()
                            look_at = monotonic() + _FILES_SECONDS
                        due, now = runner.next_due(), self._clock()
                        if due and due <= now:
                            records.database.require_newest()  # The bot may have been upgraded meanwhile.
                            runner.act(now)
                        # A pause after a scan, too: another worker may have taken by now what was due.
                        self._stopped.wait(_AGAIN_SECONDS if due and due <= now else _LOOK_SECONDS)
                        pauses = doubling(*_PAUSES)
            except Exception as error:
                pause = next(pauses)
                log.error("office_scans_wait", office=config.parent.name, error=error, again_seconds=pause)
                self._stopped.wait(pause)

    @contextmanager
    def _opened(self, config: Path) -> Iterator[tuple[AppContext, JobRunner]]:
        records = self._checked.pop(config, None) or read_records(load_settings(config), self._clock)
        try:
            yield records, _runner(records, self._reader.of(records.settings))
        finally:
            records.close()


class _Reader:
    """One reader process for the files of all offices; restarted if the next office has other rules."""

    def __init__(self) -> None:
        self._turn = WriteLock()
        self._scanner: AttachmentScanner | None = None
        self._rules = ""

    def of(self, settings: Settings) -> ScanFile:
        """Return a function that scans files for the office with these settings."""

        def scan(content: bytearray, name: str) -> ScanResult:
            with self._turn:
                rules = _digest_of_rules(settings)
                start = command(settings.rules_dir, settings.attachments.seconds)
                if self._scanner is None:
                    self._scanner = AttachmentScanner(start)
                elif rules != self._rules:
                    self._scanner.use_command(start)
                self._rules = rules
                return self._scanner.scan(content, name)

        return scan

    def close(self) -> None:
        """End the process."""
        if self._scanner:
            self._scanner.close()


def _watch(config: Path, records: AppContext, changed: threading.Event) -> ConfigurationWatch:
    """Return a watch that sets `changed` once the office's configuration files were changed and are valid."""
    return ConfigurationWatch(
        config,
        running=lambda: records.configuration.current,
        apply=lambda _new: changed.set(),
        on_broken=lambda _fault: None,  # The bot tells the admins.
        on_mended=lambda: None,
        on_restart=lambda _keys: None,
    )


def _digest_of_rules(settings: Settings) -> str:
    """Return a hash of the settings and files, as they are now, that decide what the reader finds in a file."""
    digest = hashlib.blake2b(str(settings.attachments.seconds).encode())
    for path in configuration_files(settings.rules_dir):
        inside = path.relative_to(settings.rules_dir)
        if inside.parts[0] not in _NOT_READ:
            content = path.read_bytes()
            content = _LETTERHEAD.sub(b"", content) if inside.name == "quy-che.yaml" else content
            digest.update(f"{inside}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def _runner(records: AppContext, scan: ScanFile) -> JobRunner:
    settings = records.settings
    if records.database.is_sqlite:
        raise ConfigError(
            "scan-worker chỉ dùng với PostgreSQL (database_url trong governor.yaml); với SQLite, Hệ thống tự quét "
            "trong lúc chạy, không cần lệnh này"
        )
    account = records.account
    if not account:
        raise ConfigError(
            "cơ sở dữ liệu chưa có tài khoản nào đã đăng nhập; hãy chạy zalo-governor run trước, rồi chạy lại lệnh này"
        )
    policy = office_policy(
        records.configuration.current,
        account,
        clock=records.clock,
        status=lambda: LineStatus(state=None),
    )
    download = FileDownload(
        settings.zalo.route_to,
        most_bytes=settings.attachments.most_bytes,
        seconds=_DOWNLOAD_SECONDS,
        headers=browser_headers(records.credentials().user_agent),
    )
    check = FileCheck(antivirus_at(settings.attachments.antivirus_socket), scan, lambda: records.rulebook.engine)
    units = UnitsOfWork(records.database, account)
    return scan_runner(
        policy,
        FileTools(FileFetcher(download), check, on_scanned=lambda _result: None),
        begin=units.begin,
        on_posted=lambda: None,  # The bot looks into the outbox by itself.
        alone=False,
    )
