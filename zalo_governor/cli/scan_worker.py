"""`zalo-governor scan-worker`: scan attachments on this machine for bots on the same PostgreSQL server, beside them."""

import signal
from typing import Annotated

import typer

from zalo_governor.app.context import open_records
from zalo_governor.app.scan_worker import ScanWorker, SharedScanWorker
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, OfficesFolder
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.setup.offices import require_offices, settings_files
from zalo_governor.setup.systemd import OFFICES_ETC
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back
from zalo_governor.system.signals import obeying


def scan_worker(
    config: ConfigFile = DEFAULT_CONFIG,
    every: Annotated[
        bool, typer.Option("--all", help="Quét cho mọi cơ quan của máy chủ này, bằng một tiến trình đọc tệp.")
    ] = False,
    offices_dir: OfficesFolder = OFFICES_ETC,
) -> None:
    """Quét tệp, ảnh giúp Hệ thống đang chạy ở máy khác, chung cơ sở dữ liệu PostgreSQL; chạy tới khi được dừng."""
    forbid_core_dumps()
    give_memory_back()
    if every:
        require_offices(offices_dir)
        logging.configure(console=False)
        _run(SharedScanWorker(lambda: settings_files(offices_dir), system_clock))
        return
    settings = load_settings(config)
    logging.configure(console=False)
    records = open_records(settings, system_clock)
    try:
        _run(ScanWorker(records))
    finally:
        records.close()


def _run(worker: ScanWorker | SharedScanWorker) -> None:
    with obeying({signal.SIGTERM: worker.stop, signal.SIGINT: worker.stop}):
        typer.echo("scan-worker: sẵn sàng")
        worker.run()
