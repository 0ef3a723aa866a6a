"""The server of the simulated Zalo: HTTP and WebSockets on 127.0.0.1."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web

from zalo_governor.domain.clock import Clock
from zalo_governor.simulator.control.server import Control
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.file_server import FILE_PATH, UPLOAD_PATH, serve_file
from zalo_governor.simulator.http_app import HttpApp, call_entry, session_cookie
from zalo_governor.simulator.http_compat import HeaderCompat
from zalo_governor.simulator.login.id_host import IdHost
from zalo_governor.simulator.pictures import FOLDER, png
from zalo_governor.simulator.scenario.player import Player
from zalo_governor.simulator.scenario.scenario import Scenario
from zalo_governor.simulator.world import World
from zalo_governor.system.error_text import of_system

LOOPBACK = "127.0.0.1"
_MAX_UPLOAD = 256 * 1024 * 1024


class Simulator:
    """A simulated Zalo server on 127.0.0.1, to which unmodified Zalo clients and the bot can connect.

    Plays `scenario`, if given, as soon as a client has connected; `speed` is the number of scenario seconds that pass
    in a real second (None takes the scenario's own value).
    """

    def __init__(self, clock: Clock, scenario: Scenario | None = None, speed: float | None = None) -> None:
        make_world: Callable[[], World] = scenario.make_world(clock) if scenario else lambda: World(clock)
        self.stage = EventBus(make_world)
        self._player = Player(self.stage, scenario, speed) if scenario else None
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Start the server and return the port on which it listens; with `port` 0 a free one is chosen.

        Raises:
            SimulatorError: the port cannot be opened, for example because it is in use.
        """
        app = web.Application(client_max_size=_MAX_UPLOAD)
        front, control, id_host = HttpApp(self.stage), Control(self.stage), IdHost(self.stage)
        app.router.add_route("*", "/__sim/{order}", control.handle)
        app.router.add_get("/ws/{rest:.*}", self._socket)
        app.router.add_get("/ws", self._socket)
        app.router.add_get(f"{FOLDER}{{name}}", self._picture)
        app.router.add_get(FILE_PATH, self._file)
        app.router.add_get(UPLOAD_PATH, self._file)
        for path in id_host.paths:
            app.router.add_route("*", path, id_host.handle)
        app.router.add_route("*", "/{rest:.*}", front.handle)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        handler = self._runner.server
        if handler is None:
            raise SimulatorError("the HTTP server did not start")
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: HeaderCompat(handler), LOOPBACK, port)
        except OSError as error:
            await self._runner.cleanup()
            raise SimulatorError(
                f"--port {port}: không mở được trên {LOOPBACK}: {of_system(error)}; hãy chọn cổng khác, hoặc 0 để "
                "máy tự chọn"
            ) from None
        taken: int = self._server.sockets[0].getsockname()[1]
        self.stage.base_url = f"{LOOPBACK}:{taken}"
        if self._player:
            self.stage.spawn(self._player.play())
        return taken

    async def stop(self) -> None:
        """End the simulation, close all sockets and stop the server."""
        await self.stage.finish()
        if self._server:
            self._server.close()
        if self._runner:
            await self._runner.cleanup()

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        return await self.stage.hub.serve(request, session_cookie(request))

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        status = self.stage.faults.status.get(request.path)
        if status:
            return web.Response(status=status)
        return web.Response(body=png(request.match_info["name"]), content_type="image/png")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        stage = self.stage
        stage.ledger.call(call_entry(request, stage.world.now_ms()))
        status, file = stage.faults.status.get(request.path), stage.world.file(request.match_info["id"])
        if status or file is None:
            return web.Response(status=status or 404)
        return await serve_file(request, file)


async def serve(simulator: Simulator, port: int, on_ready: Callable[[str], None]) -> None:
    """Run the simulator until the process receives SIGTERM or SIGINT.

    `on_ready` is called with the server's base URL once it listens.

    Raises:
        SimulatorError: the port cannot be opened, for example because it is in use.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    taken = await simulator.start(port)
    on_ready(f"http://{LOOPBACK}:{taken}")
    await stop.wait()
    await simulator.stop()
