"""Passes the URLs of uploaded files, which Zalo announces over the socket, to the threads that uploaded them."""

import threading
from collections import OrderedDict

_MAX_KEPT = 100
"""Most URLs kept; uploads by the account's other devices are announced too, and nobody waits for those."""


class UploadWaiter:
    """Store of the URLs of uploaded files: the socket's reader adds them, the sender waits for them; thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urls: OrderedDict[str, str] = OrderedDict()

    def done(self, file_id: str, url: str) -> None:
        """Store the URL of an uploaded file, which Zalo announces when the upload is finished."""
        with self._changed:
            self._urls[file_id] = url
            while len(self._urls) > _MAX_KEPT:
                self._urls.popitem(last=False)
            self._changed.notify_all()

    def wait(self, file_id: str, seconds: float) -> str | None:
        """Wait up to `seconds` for the URL of an uploaded file; return it, or None if Zalo has not announced it."""
        with self._changed:
            self._changed.wait_for(lambda: file_id in self._urls, seconds)
            return self._urls.get(file_id)
