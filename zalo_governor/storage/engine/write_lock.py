"""Taking turns to write."""

from collections import deque
from threading import Lock
from types import TracebackType


class WriteLock:
    """A lock that is given in the order in which it was asked for.

    Under load two threads commit without a pause; with an ordinary lock they may shut out the one that sends for long.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        """Wait for one's turn."""
        with self._changing:
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
        """Give it to whoever has waited longest."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
