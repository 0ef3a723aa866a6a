"""Data types for what is read from a file (texts, pictures, links, inner files, dangers), and limits for reading."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.text.file_names.danger import Danger


class TextPart(NamedTuple):
    """A piece of text from a file, with its place in the file. It exists only in the child process."""

    text: str
    page: int | None = None
    """Number of the page, slide or sheet, from 1; None where the format has none."""
    place: str = "body"
    """Part of the document: `body`, `header`, `table`, `text_box`, `footnote`, `comment`, `chart`, `property` …"""


class PicturePart(NamedTuple):
    """A picture in a file, still encoded (JPEG, PNG …), to be checked for stamps, text and QR codes."""

    content: bytes
    page: int | None = None


class InnerFile(NamedTuple):
    """A file inside a file: member of an archive, embedded object, attachment of a PDF."""

    name: str
    content: bytes
    page: int | None = None


@dataclass
class Contents:
    """Everything that was read from one file; in the end, also from all files inside it."""

    texts: list[TextPart] = field(default_factory=list)
    pictures: list[PicturePart] = field(default_factory=list)
    inner: list[InnerFile] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Addresses of hyperlinks, QR codes and external references, as written in the file."""
    dangers: list[Danger] = field(default_factory=list)
    not_checked: set[NotChecked] = field(default_factory=set)


class LimitError(Exception):
    """A limit for reading is reached; what was read so far counts, the rest is noted as `NotChecked.LIMIT`."""


class Budget:
    """Limits for reading one message's file with everything inside it; shared by all readers.

    Args:
        seconds: wall-clock time for the whole file.
        unpacked: most bytes that may come out of archives and compressed streams, together.
        files: most inner files, together.
        depth: most levels of archives inside archives.
        pages: most pages read of one document.
        pictures: most pictures read, together.
        characters: most characters of text, together.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self,
        *,
        seconds: float = 60.0,
        unpacked: int = 200 << 20,
        files: int = 1_000,
        depth: int = 4,
        pages: int = 200,
        pictures: int = 60,
        characters: int = 5_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.depth = depth
        self.pages = pages
        self._left = {"unpacked": unpacked, "files": files, "pictures": pictures, "characters": characters}
        self._clock = clock
        self._ends = clock() + seconds

    def spend(self, what: str, amount: int) -> None:
        """Take `amount` of `unpacked` (bytes), `files`, `pictures` or `characters` from the budget.

        Raises:
            LimitError: not that much is left, or the time is over.
        """
        self.check_time()
        if self._left[what] < amount:
            raise LimitError(what)
        self._left[what] -= amount

    def left(self, what: str) -> int:
        """Return how much is left of `unpacked` (bytes), `files`, `pictures` or `characters`."""
        return self._left[what]

    def check_time(self) -> None:
        """Raise LimitError if the time for the file is over."""
        if self._clock() > self._ends:
            raise LimitError("seconds")
