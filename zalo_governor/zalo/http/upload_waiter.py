"""Files that Zalo has taken and for which it has said, over the socket, where they lie."""

import threading
from collections import OrderedDict

_KEPT = 100
"""Other clients of the account upload too, and nobody here asks after theirs."""


class UploadWaiter:
    """The listener tells it, whoever sends a file waits for it; threads may share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urls: OrderedDict[str, str] = OrderedDict()

    def done(self, file_id: str, url: str) -> None:
        """Zalo says that this file is there now."""
        with self._changed:
            self._urls[file_id] = url
            while len(self._urls) > _KEPT:
                self._urls.popitem(last=False)
            self._changed.notify_all()

    def wait(self, file_id: str, seconds: float) -> str | None:
        """The file's address, None where Zalo does not name it within so long."""
        with self._changed:
            self._changed.wait_for(lambda: file_id in self._urls, seconds)
            return self._urls.get(file_id)
