"""`zalo-governor scan-worker`: scan attachments on this machine for a bot that runs elsewhere on the same database."""

import signal

import typer

from zalo_governor.app.context import open_records
from zalo_governor.app.scan_worker import ScanWorker
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back
from zalo_governor.system.signals import obeying


def scan_worker(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Quét tệp, ảnh giúp Hệ thống đang chạy ở máy khác, chung cơ sở dữ liệu PostgreSQL; chạy tới khi được dừng."""
    forbid_core_dumps()
    give_memory_back()
    settings = load_settings(config)
    logging.configure(console=False)
    records = open_records(settings, system_clock)
    try:
        worker = ScanWorker(records)
        with obeying({signal.SIGTERM: worker.stop, signal.SIGINT: worker.stop}):
            typer.echo("scan-worker: sẵn sàng")
            worker.run()
    finally:
        records.close()
