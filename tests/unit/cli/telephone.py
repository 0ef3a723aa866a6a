"""Somebody with a telephone, for what waits until a QR code is scanned."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from tests.unit.simulator.running import Running


@contextmanager
def telephone(sim: Running, steps: Sequence[dict[str, Any]]) -> Iterator[None]:
    """Somebody who does these things, each as soon as it is possible."""
    stop = threading.Event()

    def act() -> None:
        for step in steps:
            while not stop.is_set():
                if requests.post(f"{sim.url}/__sim/qr", json=step, timeout=60).json()["ok"]:
                    break
                time.sleep(0.05)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
