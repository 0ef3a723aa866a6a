"""The running program: its parts, each in a thread of its own, from the first login to a clean stop."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.process import freeze_long_lived_objects

log = structlog.get_logger(__name__)

_STOP_SECONDS = 4.0


class Part(NamedTuple):
    """A piece of work that goes on until it is stopped."""

    name: str
    run: Callable[[], None]
    """Blocks until `stop` is called."""
    stop: Callable[[], None]


class Machine(Protocol):
    """What a governor runs. app.py puts it together."""

    def attendants(self) -> Sequence[Part]:
        """What goes on from before the login, and ends when the parts begin to; called once. None of them may fail."""
        ...

    def log_in(self, stopping: threading.Event) -> bool:
        """Log in, however long the network is away; False when stopped meanwhile.

        Raises:
            GovernorError: Zalo does not take the session.
        """
        ...

    def parts(self) -> Sequence[Part]:
        """The parts, in the order in which they are to be stopped; called once, after the login."""
        ...

    def look_at_configuration(self) -> None:
        """See now whether its files were changed; before the login, nothing happens."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class Governor:
    """Runs a machine. `run` blocks; the other methods may be called from any other thread, but not in a signal's
    handler: that interrupts a thread which may hold the lock that they take."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._stopping = threading.Event()
        self._failed: str | None = None

    def stop(self) -> None:
        """Ask the program to end cleanly."""
        self._stopping.set()

    def look_at_configuration(self) -> None:
        """See now whether its files were changed, and not at the next look."""
        self._machine.look_at_configuration()

    def run(self) -> None:
        """Log in and work until stopped.

        Raises:
            GovernorError: Zalo does not take the session, or a part failed. Everything admitted is safe; a new start
                goes on from there.
        """
        attendants = _Threads(self._machine.attendants(), self._guarded)
        try:
            attendants.start()
            if self._machine.log_in(self._stopping):
                self._work(self._machine.parts(), attendants)
        finally:
            attendants.stop(time.monotonic() + _STOP_SECONDS)
            self._machine.close()
        if self._failed:
            raise GovernorError(
                f"bộ phận {self._failed} của chương trình bị hỏng; hãy xem dòng part_failed trong nhật ký, rồi "
                "chạy lại. Tin đã nghe vẫn còn nguyên"
            )

    def _work(self, parts: Sequence[Part], attendants: "_Threads") -> None:
        freeze_long_lived_objects()
        threads = _Threads(parts, self._guarded)
        threads.start()
        log.info("started", parts=len(parts))
        self._stopping.wait()
        log.info("stopping")
        deadline = time.monotonic() + _STOP_SECONDS
        attendants.stop(deadline)
        threads.stop(deadline)
        log.info("stopped")

    def _guarded(self, part: Part) -> None:
        try:
            part.run()
        except Exception as error:
            log.error("part_failed", part=part.name, error=type(error).__name__)
            self._failed = part.name
        self._stopping.set()


class _Threads:
    """Parts that run, each in its thread."""

    def __init__(self, parts: Sequence[Part], guarded: Callable[[Part], None]) -> None:
        self._running = [
            (part, threading.Thread(target=guarded, args=[part], name=part.name, daemon=True)) for part in parts
        ]

    def start(self) -> None:
        """All of them."""
        for _, thread in self._running:
            thread.start()

    def stop(self, deadline: float) -> None:
        """One after the other, each waited for up to the deadline; a second time does nothing."""
        for part, thread in self._running:
            part.stop()
            thread.join(max(deadline - time.monotonic(), 0.1))
        self._running = []
