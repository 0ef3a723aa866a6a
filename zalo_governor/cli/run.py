"""`zalo-governor run`: run the bot, which watches the Zalo groups until the process is stopped."""

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType

import typer

from zalo_governor.app.bootstrap import build
from zalo_governor.app.supervisor import Governor
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.config import load_settings
from zalo_governor.config.settings_warnings import doubts
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Chạy Hệ thống: nghe Nhóm cho tới khi được dừng (Ctrl-C hoặc SIGTERM); SIGHUP thì xem lại thiết đặt ngay."""
    forbid_core_dumps()
    give_memory_back()
    settings = load_settings(config)
    for doubt in doubts(settings):
        typer.echo(f"Lưu ý: {config}: {doubt}", err=True)
    logging.configure(console=sys.stdout.isatty(), file=settings.log_file)
    run_until_told(build(settings, config))


def run_until_told(governor: Governor) -> None:
    """Run the bot until the process gets SIGTERM or SIGINT; on SIGHUP, reload the configuration and go on.

    Raises what `Governor.run` raises.
    """
    orders = {
        signal.SIGTERM: governor.stop,
        signal.SIGINT: governor.stop,
        signal.SIGHUP: governor.look_at_configuration,
    }
    # The kernel may deliver a signal to any thread. Python then runs its handler only when the main thread next wakes,
    # which may be never; but it writes the number to this pipe at once, whichever thread was interrupted.
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def obey() -> None:
        while number := os.read(told, 1):
            with suppress(Exception):  # A failed reload must not keep later signals from being handled.
                orders[signal.Signals(number[0])]()
        os.close(told)

    # A thread of its own obeys: the interrupted thread may hold a lock that the action needs.
    threading.Thread(target=obey, name="signals", daemon=True).start()
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in orders:
        signal.signal(number, _do_nothing)
    try:
        governor.run()
    finally:
        signal.set_wakeup_fd(-1)
        os.close(tell)  # Ends the thread.


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Take the place of the signal's default action; the pipe has told what came."""
