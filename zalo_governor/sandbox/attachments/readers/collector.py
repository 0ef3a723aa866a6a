"""Collects what a reader takes out of a file, within the budget, and turns errors into `NotChecked` reasons."""

from collections.abc import Callable, Iterable
from types import TracebackType

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import (
    Budget,
    Contents,
    InnerFile,
    LimitError,
    PicturePart,
    TextPart,
)
from zalo_governor.text.file_names.danger import Danger

_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class Collector:
    """Collects the contents of one file.

    If the budget for one kind is used up, the rest of that kind is left out and `NotChecked.LIMIT` is noted, so that a
    flood of one kind cannot hide the other kinds. LimitError is raised only when the time is over.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.contents = Contents()
        self._seen: set[tuple[str, int | None]] = set()
        self._links: set[str] = set()

    def add_text(self, text: str, *, page: int | None = None, place: str = "body") -> None:
        """Add a text, unless it is blank or the same text of the same page is already there."""
        text = text.strip()
        if text and (text, page) not in self._seen:
            left = self.budget.left("characters")
            if len(text) > left:
                self.note(NotChecked.LIMIT)
                text = text[:left]
            if text:
                self._seen.add((text, page))
                # What was read when the time is over counts, too.
                self.contents.texts.append(TextPart(text, page, place))
                self.budget.spend("characters", len(text))
        self.budget.check_time()

    def add_lines(self, lines: Iterable[str], *, page: int | None = None, place: str = "body") -> None:
        """Add many short texts as one text of lines; equal ones come once, as many cells may hold the same formula."""
        self.add_text("\n".join(dict.fromkeys(lines)), page=page, place=place)

    def add_picture(self, content: bytes, *, page: int | None = None) -> None:
        """Add an encoded picture (JPEG, PNG …)."""
        if self._has_left("pictures"):
            self.contents.pictures.append(PicturePart(content, page))

    def add_inner(self, name: str, content: bytes, *, page: int | None = None) -> None:
        """Add a file that was inside the file; one that is a picture is added as by `add_picture`."""
        if is_picture(content):
            self.add_picture(content, page=page)
        elif content and self._has_left("files"):
            self.contents.inner.append(InnerFile(name, content, page))

    def add_link(self, address: str) -> None:
        """Add the address of a hyperlink or of an external reference, once."""
        address = address.strip()
        if address and address not in self._links and self._has_left("characters", len(address)):
            self._links.add(address)
            self.contents.links.append(address)

    def add_danger(self, label: str, *, certain: bool, page: int | None = None) -> None:
        """Add a sign of malware, once for each label and page; certain if it was added as certain at least once."""
        dangers = self.contents.dangers
        for position, known in enumerate(dangers):
            if (known.label, known.page) == (label, page):
                dangers[position] = Danger(label, certain or known.certain, page)
                return
        dangers.append(Danger(label, certain, page))

    def note(self, reason: NotChecked) -> None:
        """Note that the file, or a part of it, could not be checked."""
        self.contents.not_checked.add(reason)

    def noting_damage(self) -> "_NotedDamage":
        """Return a context manager for one step of reading: errors in it are noted as `NotChecked.DAMAGED`, not raised.

        LimitError passes, as the time for the file is over.
        """
        return _NotedDamage(self)

    def _has_left(self, what: str, amount: int = 1) -> bool:
        self.budget.check_time()
        if self.budget.left(what) < amount:
            self.note(NotChecked.LIMIT)
            return False
        self.budget.spend(what, amount)
        return True


class _NotedDamage:
    """Context manager that notes errors and suppresses them: parsers raise anything on hostile input."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, LimitError):
            return False
        self._collector.note(NotChecked.LIMIT if isinstance(error, MemoryError) else NotChecked.DAMAGED)
        return True


def collect(read: Callable[[bytes, Collector], None], content: bytes, budget: Budget) -> Contents:
    """Return what `read` takes out of a file. An error or a limit ends the reading; what was read so far counts."""
    collector = Collector(budget)
    try:
        with collector.noting_damage():
            read(content, collector)
    except LimitError:
        collector.note(NotChecked.LIMIT)
    return collector.contents


def is_picture(content: bytes) -> bool:
    """Return whether bytes begin as a picture that an image library opens: JPEG, PNG, GIF, BMP, TIFF or WebP."""
    return content.startswith(_PICTURE_STARTS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
