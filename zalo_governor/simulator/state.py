"""The state that all parts of a running simulation share.

It consists of the world (simulated accounts, people and groups), active faults, request log, QR codes and background
tasks.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.qr_codes import QrCodes
from zalo_governor.simulator.request_log import RequestLog
from zalo_governor.simulator.world import World


class State:
    """The shared state of a running simulation.

    `make_world` creates the world (simulated accounts, people and groups) at the start and after each reset.
    """

    def __init__(self, make_world: Callable[[], World]) -> None:
        self._make_world = make_world
        self._tasks: set[asyncio.Task[Any]] = set()
        self.world = make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()
        self.base_url = ""
        """Host and port of the server without a scheme, such as `127.0.0.1:8900`; "" before the server listens."""

    def reset(self) -> None:
        """Return to the initial state: a new world (people and groups), no faults, empty request log, no QR codes."""
        self.world = self._make_world()
        self.faults = Faults()
        self.ledger = RequestLog()
        self.qr_codes = QrCodes()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in the background.

        An endpoint sends events this way, so that clients receive them after the answer to the API call.
        """
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end_tasks(self) -> None:
        """Cancel all background tasks and wait for their end."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
