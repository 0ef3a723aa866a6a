"""Writes the office's health figures into the overview of all offices that share a database, once a minute."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 60.0
_LAST_SECONDS = 1.0
"""Seconds that the end of the program waits for a write in progress, and for the last one, which tells of the end."""


class OverviewWriter:
    """Writer of the figures; each write runs in a further thread, so that one that hangs or fails disturbs nobody.

    Args:
        write: writes the figures; its argument is False when the bot stops.
    """

    def __init__(self, write: Callable[[bool], None]) -> None:
        self._write = write
        self._stopping = threading.Event()
        self._call: threading.Thread | None = None
        self._failing = False

    def run(self) -> None:
        """Write at once, then every minute until stopped; the last write says that the bot stops."""
        self._begin(running=True)
        while not self._stopping.wait(_EVERY_SECONDS):
            self._begin(running=True)
        self._wait()
        self._begin(running=False)
        self._wait()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def _begin(self, *, running: bool) -> None:
        if not (self._call and self._call.is_alive()):
            self._call = threading.Thread(target=self._try, args=[running], name="overview write", daemon=True)
            self._call.start()

    def _wait(self) -> None:
        if self._call:
            self._call.join(_LAST_SECONDS)

    def _try(self, running: bool) -> None:
        try:
            self._write(running)
            self._failing = False
        except Exception as error:
            if not self._failing:
                log.warning("overview_not_written", error=type(error).__name__)
            self._failing = True
