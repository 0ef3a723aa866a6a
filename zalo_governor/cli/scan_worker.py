"""`zalo-governor scan-worker`: scan attachments on this machine for a bot that runs elsewhere on the same database."""

import signal
import threading

import typer

from zalo_governor.app.context import open_records
from zalo_governor.app.scan_worker import ScanWorker
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back


def scan_worker(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Quét tệp, ảnh giúp Hệ thống đang chạy ở máy khác, chung cơ sở dữ liệu PostgreSQL; chạy tới khi được dừng."""
    forbid_core_dumps()
    give_memory_back()
    settings = load_settings(config)
    logging.configure(console=False)
    records = open_records(settings, system_clock)
    worker = ScanWorker(records)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        thread = threading.Thread(target=worker.run, name="scans")
        thread.start()
        typer.echo("scan-worker: sẵn sàng")
        # Signals are handled when the main thread wakes; it does so each second.
        while not stopping.wait(1.0) and thread.is_alive():
            pass
        worker.stop()
        thread.join()
    finally:
        records.close()
