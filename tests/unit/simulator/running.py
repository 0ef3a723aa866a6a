"""A simulator on a free port, and a client of its control API."""

import asyncio
import threading
from typing import Any

import requests

from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.server import Simulator


class Running:
    """A simulator in a thread of its own."""

    def __init__(self) -> None:
        self.simulator = Simulator(system_clock)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self.port = 0
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))
        self._thread.start()
        assert self._ready.wait(60)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def order(self, name: str, **body: Any) -> dict[str, Any]:
        """A control order that must succeed."""
        answer = requests.post(f"{self.url}/__sim/{name}", json=body, timeout=30)
        result: dict[str, Any] = answer.json()
        assert answer.status_code == 200, result
        assert result["ok"] is True
        return result

    def state(self) -> dict[str, Any]:
        return self.order("state")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        self._loop.close()

    async def _serve(self) -> None:
        self.port = await self.simulator.start()
        self._ready.set()
        await self._stop.wait()
        await self.simulator.stop()
