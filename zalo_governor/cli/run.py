"""`zalo-governor run`: run the bot, which watches the Zalo groups until the process is stopped."""

import signal
import sys

from zalo_governor.app.bootstrap import build
from zalo_governor.app.supervisor import Governor
from zalo_governor.cli import log_line
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.config.settings_warnings import doubts
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back
from zalo_governor.system.signals import obeying


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Chạy Hệ thống cho đến khi dừng bằng Ctrl-C hoặc systemctl stop; gõ kill -HUP thì nạp lại cấu hình ngay."""
    forbid_core_dumps()
    give_memory_back()
    settings = load_settings(config)
    for doubt in doubts(settings):
        say(f"Lưu ý: {config}: {doubt}", err=True)
    logging.configure(console=sys.stdout.isatty(), file=settings.log_file, terminal_line=log_line.render)
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
    with obeying(orders):
        governor.run()
