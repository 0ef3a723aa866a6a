"""A lock for threads that write to SQLite, granted first come, first served."""

from collections import deque
from threading import Lock
from types import TracebackType


class WriteLock:
    """A lock granted to threads in the order in which they requested it.

    When two threads write without a pause, an ordinary lock could keep a third, which sends messages, waiting forever.
    """

    def __init__(self) -> None:
        self._state_lock = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        """Wait until the lock is granted."""
        with self._state_lock:
            if not self._taken:
                self._taken = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Pass the lock to the thread that has waited longest; free it if none waits."""
        with self._state_lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
