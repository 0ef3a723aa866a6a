"""What all parts of a running simulation share: the world, the faults, what is remembered, what is under way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.qr_codes import QrCodes
from zalo_governor.simulator.request_log import RequestLog
from zalo_governor.simulator.world import World


class State:
    """A fresh simulation; `make_world` makes the world as it is at the start, and after a reset."""

    def __init__(self, make_world: Callable[[], World]) -> None:
        self._make_world = make_world
        self._tasks: set[asyncio.Task[Any]] = set()
        self.world = make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()
        self.base_url = ""
        """Where the server listens: `127.0.0.1:PORT`."""

    def reset(self) -> None:
        """A fresh world, no faults, nothing remembered."""
        self.world = self._make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something happen right after the present answer."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end_tasks(self) -> None:
        """End what was spawned."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
