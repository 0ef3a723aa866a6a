"""The state that all parts of a running simulation share: world, faults, request log, QR codes and background tasks."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.qr_codes import QrCodes
from zalo_governor.simulator.request_log import RequestLog
from zalo_governor.simulator.world import World


class State:
    """The shared state of a simulation; `make_world` creates the initial world, at the start and after each reset."""

    def __init__(self, make_world: Callable[[], World]) -> None:
        self._make_world = make_world
        self._tasks: set[asyncio.Task[Any]] = set()
        self.world = make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()
        self.base_url = ""
        """Host and port of the server: `127.0.0.1:PORT`."""

    def reset(self) -> None:
        """Create a new world and clear faults, request log and QR codes."""
        self.world = self._make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in the background, so that it takes effect after the answer to the current request."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end_tasks(self) -> None:
        """Cancel all background tasks and wait for their end."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
