"""Runs the program's parts, each in a thread of its own, from the first login to a clean stop."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.process import freeze_long_lived_objects

log = structlog.get_logger(__name__)

_STOP_SECONDS = 4.0
"""Seconds in which all parts must stop."""


class Part(NamedTuple):
    """A component that runs in a thread of its own until stopped."""

    name: str
    run: Callable[[], None]
    """Blocks until `stop` is called."""
    stop: Callable[[], None]


class Machine(Protocol):
    """What a governor runs. `app.bootstrap` implements this."""

    def attendants(self) -> Sequence[Part]:
        """Return the parts that run from before the login until the other parts begin to stop; called once.

        None of them may fail.
        """
        ...

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in, retrying while the network is down; return False if stopped meanwhile.

        Raises:
            GovernorError: Zalo does not accept the session.
        """
        ...

    def parts(self) -> Sequence[Part]:
        """Return the parts in the order of stopping; called once, after the login."""
        ...

    def look_at_configuration(self) -> None:
        """Check the configuration files for changes now; do nothing before the login."""
        ...

    def close(self) -> None:
        """Close the database."""
        ...


class Governor:
    """Runs a machine until stopped.

    `run` blocks. The other methods may be called from any other thread, but not from a signal handler: the interrupted
    thread may hold the lock that they need.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._stopping = threading.Event()
        self._failed: str | None = None
        """Name of the part that failed last."""

    def stop(self) -> None:
        """Request a clean end of the program."""
        self._stopping.set()

    def look_at_configuration(self) -> None:
        """Check the configuration files for changes now instead of at the next interval."""
        self._machine.look_at_configuration()

    def run(self) -> None:
        """Log in and run all parts until stopped.

        Raises:
            GovernorError: Zalo does not accept the session, or a part failed. Everything admitted is stored; a new
                start continues from there.
        """
        attendants = _Threads(self._machine.attendants(), self._run_guarded)
        try:
            attendants.start()
            if self._machine.log_in(self._stopping):
                self._run_parts(self._machine.parts(), attendants)
        finally:
            attendants.stop(time.monotonic() + _STOP_SECONDS)
            self._machine.close()
        if self._failed:
            raise GovernorError(
                f"bộ phận {self._failed} của chương trình bị hỏng; hãy xem dòng part_failed trong nhật ký, rồi "
                "chạy lại. Tin đã nghe vẫn còn nguyên"
            )

    def _run_parts(self, parts: Sequence[Part], attendants: "_Threads") -> None:
        """Run the parts until stopped, then stop all of them."""
        freeze_long_lived_objects()
        threads = _Threads(parts, self._run_guarded)
        threads.start()
        log.info("started", parts=len(parts))
        self._stopping.wait()
        log.info("stopping")
        deadline = time.monotonic() + _STOP_SECONDS
        attendants.stop(deadline)
        threads.stop(deadline)
        log.info("stopped")

    def _run_guarded(self, part: Part) -> None:
        """Run a part; when it ends or fails, stop the program."""
        try:
            part.run()
        except Exception as error:
            log.error("part_failed", part=part.name, error=type(error).__name__)
            self._failed = part.name
        self._stopping.set()


class _Threads:
    """Parts with their threads."""

    def __init__(self, parts: Sequence[Part], guarded: Callable[[Part], None]) -> None:
        self._running = [
            (part, threading.Thread(target=guarded, args=[part], name=part.name, daemon=True)) for part in parts
        ]

    def start(self) -> None:
        """Start all threads."""
        for _, thread in self._running:
            thread.start()

    def stop(self, deadline: float) -> None:
        """Stop the parts one by one and wait for each until the deadline; does nothing the second time."""
        for part, thread in self._running:
            part.stop()
            thread.join(max(deadline - time.monotonic(), 0.1))
        self._running = []
