"""A process that only scans attachments, beside the bot, on the same PostgreSQL database and perhaps another machine.

It needs no login to Zalo: the addresses of files are in the jobs. What it finds is told by the bot, from the outbox.
"""

import threading

from zalo_governor.app.attachments import FileCheck, antivirus_at
from zalo_governor.app.context import AppContext
from zalo_governor.app.due_work import DueWork
from zalo_governor.app.file_fetcher import FileFetcher
from zalo_governor.app.policy import office_policy
from zalo_governor.app.services import FileTools, scan_runner
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork
from zalo_governor.zalo.http.file_download import FileDownload

_DOWNLOAD_SECONDS = 60.0


class ScanWorker:
    """Takes scans of attachments from the queue of jobs, one after the other, until stopped.

    Raises:
        ConfigError: the database is SQLite, which serves one process, or the bot has not logged in yet.
    """

    def __init__(self, records: AppContext) -> None:
        settings = records.settings
        if records.database.is_sqlite:
            raise ConfigError(
                "scan-worker chỉ dùng với PostgreSQL (database_url trong governor.yaml); với SQLite, Hệ thống tự quét "
                "trong lúc chạy, không cần lệnh này"
            )
        account = records.account
        if not account:
            raise ConfigError(
                "cơ sở dữ liệu chưa có tài khoản nào đã đăng nhập; hãy chạy zalo-governor run trước, rồi chạy lại "
                "lệnh này"
            )
        policy = office_policy(
            records.configuration.current,
            account,
            clock=records.clock,
            status=lambda: LineStatus(state=None),
        )
        self._scanner = AttachmentScanner(command(settings.rules_dir, settings.attachments.seconds))
        download = FileDownload(
            settings.zalo.route_to, most_bytes=settings.attachments.most_bytes, seconds=_DOWNLOAD_SECONDS
        )
        check = FileCheck(
            antivirus_at(settings.attachments.antivirus_socket), self._scanner, lambda: records.rulebook.engine
        )
        units = SqlUnitsOfWork(records.database, account)
        runner = scan_runner(
            policy,
            FileTools(FileFetcher(download), check, on_scanned=lambda _result: None),
            begin=units.begin,
            on_posted=lambda: None,  # The bot looks into the outbox by itself.
            alone=False,
        )
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
