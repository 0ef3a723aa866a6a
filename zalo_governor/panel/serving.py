"""Starts and stops the panel's web server: its port, its certificate, and what runs beside it."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiohttp import web

from zalo_governor.domain.errors import GovernorError
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.server import PanelServer
from zalo_governor.storage.engine.change_signals import ChangeListener
from zalo_governor.system.process import stand_back

_END_SECONDS = 5.0
"""Seconds that pages being made may still take when the panel ends."""
_NICE = 10
"""Niceness of the panel (nice(2)): if the processor is busy, the bot's process goes first."""


def run(
    office: Office,
    routes: Sequence[Route],
    on_ready: Callable[[str], None],
    *,
    watch: Callable[[], None],
    loop: asyncio.AbstractEventLoop,
    stopping: asyncio.Event,
) -> None:
    """Serve the panel on `loop` until `stopping` is set; `on_ready` is called with its address once it listens.

    `watch` follows changes of the configuration, in a thread, until it is stopped.

    Raises:
        GovernorError: the port is taken, or the certificate cannot be read.
    """
    with suppress(OSError):  # Not permitted in a service whose unit has set a higher niceness.
        stand_back(_NICE)
    watching = threading.Thread(target=watch, name="configuration", daemon=True)
    watching.start()
    try:
        loop.run_until_complete(_serve(office, routes, on_ready, stopping))
        watching.join(_END_SECONDS)  # The interpreter may abort if it ends while a thread reads the configuration.
    finally:
        loop.close()


async def _serve(
    office: Office, routes: Sequence[Route], on_ready: Callable[[str], None], stopping: asyncio.Event
) -> None:
    settings, loop = office.records.settings.panel, asyncio.get_running_loop()
    panel = PanelServer(office, routes)
    runner = web.AppRunner(
        panel.application(), access_log=None, handler_cancellation=True, shutdown_timeout=_END_SECONDS
    )
    await runner.setup()
    server, tls = runner.server, _tls(settings.certificate, settings.key)
    assert server is not None  # noqa: S101 - it was just set up
    try:
        line = await loop.create_server(lambda: panel.connection(server, loop), settings.listen, settings.port, ssl=tls)
    except OSError as error:
        await runner.cleanup()
        raise GovernorError(
            f"panel.port: không mở được {settings.listen}:{settings.port}: {error.strerror}; hãy đổi port hoặc listen"
        ) from None
    signals = ChangeListener(office.database.apart, lambda: loop.call_soon_threadsafe(panel.changes.hurried.set))
    if not office.database.is_sqlite:
        threading.Thread(target=signals.run, name="signals", daemon=True).start()
    on_ready(settings.base)
    await stopping.wait()
    signals.stop()
    line.close()
    await runner.cleanup()


def _tls(certificate: object, key: object) -> ssl.SSLContext | None:
    if certificate is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(str(certificate), str(key))
    except (OSError, ssl.SSLError) as error:
        raise GovernorError(
            f"panel.certificate: không dùng được {certificate} và {key}: {error.strerror or type(error).__name__}; "
            "hãy xem hai tệp có đúng cặp, dạng PEM và đọc được không"
        ) from None
    return context
