"""Keeps the lock by which only one process runs a bot account; a restart of PostgreSQL ends it with its connection."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 60.0


class LockKeeper:
    """Takes the bot account's lock again after a restart of PostgreSQL; logs if another process has it by then.

    `keep` is `InstanceLock.keep`: it returns whether this process has the lock, None if that is unknown.
    """

    def __init__(self, keep: Callable[[], bool | None]) -> None:
        self._keep = keep
        self._stopping = threading.Event()
        self.stop = self._stopping.set

    def run(self) -> None:
        """Check the lock every minute until stopped."""
        held = True
        while not self._stopping.wait(_EVERY_SECONDS):
            now = self._keep()
            if now is None or now is held:
                continue
            held = now
            if held:
                log.info("lock_taken_again")
            else:
                log.error("lock_lost")
