"""Processes that only scan attachments, beside the bots, on the same PostgreSQL server and perhaps another machine.

They need no login to Zalo: the addresses of files are in the jobs. What they find is told by the bot, from the outbox.
"""

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
import yaml

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.app.config_hashes import configuration_files
from zalo_governor.app.context import AppContext, read_records
from zalo_governor.app.due_work import DueWork
from zalo_governor.app.file_fetcher import FileFetcher
from zalo_governor.app.policy import office_policy
from zalo_governor.app.services import FileTools, scan_runner
from zalo_governor.config import Settings, load_settings
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.backoff import doubling
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.features.attachments.scan_jobs import ScanFile
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.storage.engine.write_lock import WriteLock
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork
from zalo_governor.zalo.http.file_download import FileDownload

log = structlog.get_logger(__name__)

_DOWNLOAD_SECONDS = 60.0
_LOOK_SECONDS = 1.0
"""Seconds between two looks of an office's thread for due scans."""
_OFFICES_SECONDS = 30.0
"""Seconds between two looks for offices that were added or removed."""
_PAUSES = (5.0, 300.0)
"""Seconds until an office that failed is tried again, first and at most."""
_LEFT_OUT = frozenset({"messages", "regulations"})
"""Parts of the configuration that a reader of files does not use."""
_LETTERHEAD = ("number", "issued", "issuer")
"""Keys of the regulation in which offices differ that judge alike."""


class ScanWorker:
    """Takes scans of one office from the queue of jobs, one after the other, until stopped.

    Raises:
        ConfigError: the database is SQLite, which serves one process, or the bot has not logged in yet.
    """

    def __init__(self, records: AppContext) -> None:
        settings = records.settings
        self._scanner = AttachmentScanner(command(settings.rules_dir, settings.attachments.seconds))
        runner = _runner(records, self._scanner.scan)
        begin = threading.Event()
        begin.set()
        self._work = DueWork("scans", lambda: runner, begin=begin, clock=records.clock)

    def run(self) -> None:
        """Scan until stopped."""
        self._work.run()

    def stop(self) -> None:
        """Make `run` return, also in the middle of a file: it is scanned again soon, here or by another."""
        self._work.stop()
        self._scanner.close()


class SharedScanWorker:
    """Takes scans of many offices, each in a thread of its own, with one reader process for all of them.

    The offices take turns at the reader. One whose settings or database fail is tried again later, and the others are
    not kept waiting. Nobody's tables are upgraded: an office of another version waits until it fits.

    Args:
        configs: returns the settings files of the offices that there are now.
        clock: gives the present time.
    """

    def __init__(self, configs: Callable[[], list[Path]], clock: Clock) -> None:
        self._configs = configs
        self._clock = clock
        self._reader = _SharedReader()
        self._stopped = threading.Event()
        self._threads: dict[Path, threading.Thread] = {}

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
        """Make `run` return; a file in progress is scanned again soon, here or by another."""
        self._stopped.set()
        self._reader.close()

    def _serve(self, config: Path) -> None:
        """Scan for one office until stopped or until its settings file is gone."""
        pauses = doubling(*_PAUSES)
        while config.exists() and not self._stopped.is_set():
            try:
                records = read_records(load_settings(config), self._clock)
                try:
                    runner = _runner(records, self._reader.of(records.settings))
                    while config.exists() and not self._stopped.is_set():
                        due, now = runner.next_due(), self._clock()
                        if due and due <= now:
                            runner.act(now)
                        else:
                            self._stopped.wait(_LOOK_SECONDS)
                        pauses = doubling(*_PAUSES)
                finally:
                    records.close()
            except Exception as error:
                pause = next(pauses)
                log.error("office_scans_wait", office=config.parent.name, error=error, again_seconds=pause)
                self._stopped.wait(pause)


class _SharedReader:
    """One reader process for the files of all offices; it is started anew where the next office has other rules."""

    def __init__(self) -> None:
        self._turn = WriteLock()
        self._scanner: AttachmentScanner | None = None
        self._rules = ""

    def of(self, settings: Settings) -> ScanFile:
        """Return what scans the files of the office that has these settings."""

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


def _digest_of_rules(settings: Settings) -> str:
    """Return a hash of all that decides what the reader finds in a file, as it is on the disk now."""
    digest = hashlib.blake2b(str(settings.attachments.seconds).encode())
    for path in configuration_files(settings.rules_dir):
        inside = path.relative_to(settings.rules_dir)
        if inside.parts[0] in _LEFT_OUT:
            continue
        content = path.read_bytes()
        if inside.name == "quy-che.yaml":
            with suppress(yaml.YAMLError, TypeError):
                stated = yaml.safe_load(content)
                content = repr({key: stated[key] for key in stated if key not in _LETTERHEAD}).encode()
        digest.update(f"{inside}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def _runner(records: AppContext, scan: ScanFile) -> JobRunner:
    """Return the runner of one office's scans.

    Raises:
        ConfigError: the database is SQLite, which serves one process, or the bot has not logged in yet.
    """
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
        settings.zalo.route_to, most_bytes=settings.attachments.most_bytes, seconds=_DOWNLOAD_SECONDS
    )
    check = FileCheck(antivirus_at(settings.attachments.antivirus_socket), scan, lambda: records.rulebook.engine)
    units = SqlUnitsOfWork(records.database, account)
    return scan_runner(
        policy,
        FileTools(FileFetcher(download), check, on_scanned=lambda _result: None),
        begin=units.begin,
        on_posted=lambda: None,  # The bot looks into the outbox by itself.
        alone=False,
    )
