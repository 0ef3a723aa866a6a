"""Runs the program's components, each in a thread of its own, from the login to a clean stop."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.process import freeze_long_lived_objects

log = structlog.get_logger(__name__)

_STOP_SECONDS = 4.0
"""Seconds in which all parts must stop; then the program ends without waiting for them."""


class Part(NamedTuple):
    """A component with the function that its thread runs, and the function that stops it."""

    name: str
    run: Callable[[], None]
    """Does the work; returns when `stop` is called."""
    stop: Callable[[], None]


class Machine(Protocol):
    """Interface of the bot that `Governor` runs: logs in, returns its parts, closes. Implemented in `app.bootstrap`."""

    def attendants(self) -> Sequence[Part]:
        """Return the parts for monitoring (a thread each), which run from before the login; called once.

        They are stopped before all other parts. None of them may raise.
        """
        ...

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in to Zalo, retrying while Zalo is unreachable; return False if `stopping` is set meanwhile.

        Raises:
            GovernorError: Zalo does not accept the session.
        """
        ...

    def parts(self) -> Sequence[Part]:
        """Return all parts except those for monitoring, in the order to stop them; called once, after the login."""
        ...

    def look_at_configuration(self) -> None:
        """Check the configuration files for changes now, not at the next interval; do nothing before the login."""
        ...

    def close(self) -> None:
        """Release everything that is open: database, session, child processes."""
        ...


class Governor:
    """Runner of the bot: logs in, runs its parts in threads, and stops all of them.

    `run` blocks. The other methods may be called from any other thread, but not from a signal handler: the interrupted
    thread may hold the lock that they need.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._stopping = threading.Event()
        self._failed: str | None = None
        """Name of the part that raised an exception last; None if none did."""

    def stop(self) -> None:
        """Make `run` stop all parts and return."""
        self._stopping.set()

    def look_at_configuration(self) -> None:
        """Check the configuration files for changes now, not at the next interval."""
        self._machine.look_at_configuration()

    def run(self) -> None:
        """Log in and run all parts until stopped.

        Raises:
            GovernorError: Zalo does not accept the session, or a part failed. Everything received is stored; the next
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
                f"bộ phận {self._failed} của chương trình bị hỏng; hãy xem dòng part_failed trong nhật ký chạy, "
                "rồi chạy lại. Tin đã nhận vẫn còn nguyên"
            )

    def _run_parts(self, parts: Sequence[Part], attendants: "_Threads") -> None:
        """Run the parts until a stop is requested, then stop `attendants` (monitoring) and the parts."""
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
        """Run a part in the current thread; when the part ends or raises, request a stop of the whole program."""
        try:
            part.run()
        except Exception as error:
            log.error("part_failed", part=part.name, error=type(error).__name__)
            self._failed = part.name
        self._stopping.set()


class _Threads:
    """The threads of several parts (components), one for each part, which are started and stopped together."""

    def __init__(self, parts: Sequence[Part], guarded: Callable[[Part], None]) -> None:
        self._running = [
            (part, threading.Thread(target=guarded, args=[part], name=part.name, daemon=True)) for part in parts
        ]

    def start(self) -> None:
        """Start all threads."""
        for _, thread in self._running:
            thread.start()

    def stop(self, deadline: float) -> None:
        """Stop the parts one by one, waiting for each until `deadline` (monotonic time); only the first call acts."""
        for part, thread in self._running:
            part.stop()
            thread.join(max(deadline - time.monotonic(), 0.1))
        self._running = []
