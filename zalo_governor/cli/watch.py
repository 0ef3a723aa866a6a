"""`zalo-governor watch`: on another machine, watch whether the bot still works, and tell people when it is silent."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.app.watching.silence import Silence
from zalo_governor.app.watching.watcher import Watcher
from zalo_governor.cli.wrapping import say
from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.watch import WatchSettings, load_watch_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.templates import TextId
from zalo_governor.system import logging
from zalo_governor.system.error_text import of_system

_STATE_NAME = "giam-sat.json"


def watch(
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="ĐỊA_CHỈ",
            envvar="ZALO_GOVERNOR_WATCH_URL",
            help="Trang tình trạng của Hệ thống, ví dụ http://10.0.0.5:8377/healthz; bỏ trống thì chỉ nhận tín hiệu.",
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            envvar="ZALO_GOVERNOR_WATCH_LISTEN",
            help="Nhận tín hiệu hoạt động ở địa chỉ này, ví dụ http://0.0.0.0:8390/<phần-bí-mật>.",
        ),
    ] = None,
    every: Annotated[str | None, typer.Option(help="Khoảng cách hai lần hỏi, ví dụ 30s, 1m; mặc định 60s.")] = None,
    after: Annotated[
        str | None,
        typer.Option(help="Không có tín hiệu trong bao lâu thì báo, ví dụ 1h; mặc định 15m, ít nhất gấp đôi --every."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", envvar="ZALO_GOVERNOR_WATCH_CONFIG", help="Tệp cấu hình của lệnh này."),
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option(
            envvar="ZALO_GOVERNOR_ALARM__WEBHOOK",
            help="Địa chỉ webhook nhận cảnh báo (POST); thư điện tử thì khai trong tệp --config.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(help=f"Tệp trạng thái; mặc định {_STATE_NAME} ở $STATE_DIRECTORY hoặc thư mục hiện hành."),
    ] = None,
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Gửi thử một cảnh báo qua các kênh đã khai rồi thoát.")
    ] = False,
) -> None:
    """Giám sát Hệ thống từ máy khác: lâu không nhận được tín hiệu thì báo qua thư điện tử, webhook; có
    tín hiệu trở lại thì báo thêm một lần.

    Không cần cơ sở dữ liệu, không cần phiên đăng nhập Zalo. Chạy tới khi được dừng (Ctrl-C hoặc systemctl stop).
    """
    logging.silence()
    stated = {"url": url, "listen": listen, "every": every, "after": after, "webhook": webhook}
    settings = load_watch_settings(config, stated)
    alert = FallbackAlert(settings.alarm)
    if not alert.ways:
        raise ConfigError(
            "alarm: chưa khai kênh nào để báo; ghi alarm.smtp hoặc alarm.webhook vào tệp cấu hình (--config), hoặc "
            "thêm --webhook"
        )
    catalogue = Catalogue.load(shipped_config())
    if send_test:
        _send_test(alert, catalogue)
        return
    file = state or Path(os.environ.get("STATE_DIRECTORY", "").split(":")[0]) / _STATE_NAME
    try:
        silence = Silence(file, settings.after, 3 * settings.every, system_clock())
        silence.save()
    except OSError as error:
        raise ConfigError(
            f"{file}: không ghi được tệp trạng thái ({of_system(error)}); chọn nơi khác bằng --state"
        ) from None
    asyncio.run(_watch(settings, silence, catalogue))


async def _watch(settings: WatchSettings, silence: Silence, catalogue: Catalogue) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await Watcher(settings, silence, catalogue, tell=_tell, clock=system_clock).run(stopping)


def _send_test(alert: FallbackAlert, catalogue: Catalogue) -> None:
    subject, text = catalogue.render(TextId("watch_test_subject")), catalogue.render(TextId("watch_test"))
    failed = [type(error).__name__ for error in alert.try_each(subject, text) if error]
    if failed:
        raise GovernorError(
            f"{len(failed)} trong {len(alert.ways)} kênh chưa gửi được ({', '.join(failed)}); đề nghị xem lại mục alarm"
        )
    say(f"Đã gửi thử qua {len(alert.ways)} kênh; đề nghị xem đã nhận được chưa.")


def _tell(line: str) -> None:
    say(f"{local(system_clock()):%H:%M:%S %d/%m/%Y}  {line}")
