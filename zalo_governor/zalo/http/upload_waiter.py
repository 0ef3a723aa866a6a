"""Collects the URLs of uploaded files, which Zalo announces over the socket."""

import threading
from collections import OrderedDict

_MAX_KEPT = 100
"""Number of URLs kept; the limit is needed since uploads of the account's other clients are announced too."""


class UploadWaiter:
    """Store of the URLs of uploaded files: the socket listener adds them, the sender waits for them; thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urls: OrderedDict[str, str] = OrderedDict()

    def done(self, file_id: str, url: str) -> None:
        """Store the URL of a file that Zalo has announced as uploaded."""
        with self._changed:
            self._urls[file_id] = url
            while len(self._urls) > _MAX_KEPT:
                self._urls.popitem(last=False)
            self._changed.notify_all()

    def wait(self, file_id: str, seconds: float) -> str | None:
        """Wait up to `seconds` for the URL of a file and return it; None if Zalo has not announced it by then."""
        with self._changed:
            self._changed.wait_for(lambda: file_id in self._urls, seconds)
            return self._urls.get(file_id)
