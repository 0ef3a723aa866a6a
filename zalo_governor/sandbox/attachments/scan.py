"""Scans one file with everything inside it: type, dangers, stamps, and the rules on what is written in it.

Runs in a child process (`server.py`). The result holds labels, codes and page numbers, nothing of the content.
"""

from contextlib import suppress

import tesserocr
from PIL import Image

from zalo_governor import __version__
from zalo_governor.domain.attachments import NotChecked, ScanResult, ScanTools
from zalo_governor.rules.engine import Engine
from zalo_governor.sandbox.attachments import archives, pictures, qr, readers, recognition, stamps
from zalo_governor.sandbox.attachments.contents import Budget, Contents, InnerFile, LimitError, PicturePart, TextPart
from zalo_governor.sandbox.attachments.identify import ONENOTE, Family, identify
from zalo_governor.sandbox.attachments.judging import PICTURE, FileRules
from zalo_governor.sandbox.attachments.readers.collector import collect
from zalo_governor.sandbox.attachments.signatures import Signatures
from zalo_governor.text.file_names.danger import Danger

_UNREAD = {Family.AUDIO: NotChecked.AUDIO, Family.VIDEO: NotChecked.VIDEO}
"""Families without a reader, with the reason that is noted; for all other types without one, UNKNOWN_TYPE is."""
_NEED_NO_READING = frozenset({Family.PROGRAM, Family.SCRIPT, Family.SHORTCUT, Family.FONT, Family.EMPTY})
"""Families that are not read, as they hold no text for people."""


class FileScanner:
    """Scans files; made once, before the process gives up its rights and forks a child for each file.

    Args:
        engine: the rules by which texts and links in files are judged.
        signatures: the YARA rules.
    """

    def __init__(self, engine: Engine, signatures: Signatures, *, seconds: float) -> None:
        self._rules = FileRules(engine)
        self._signatures = signatures
        self._seconds = seconds
        self._reads_text = recognition.preload()
        stamps.preload()
        readers.preload()
        engine.prepare()

    def scan(self, content: bytes, name: str) -> ScanResult:
        """Return what was found in the file; `name` is the name under which it was sent, "" for a photo."""
        walk = _Walk(self._signatures, Budget(seconds=self._seconds), reads_text=self._reads_text)
        mime = ""
        with suppress(LimitError):
            mime = walk.read(InnerFile(name, content), depth=0)
        findings, in_time = self._rules.judge(walk.found, walk.stamps)
        if not (mime and in_time):
            walk.found.not_checked.add(NotChecked.TIMED_OUT)
        tools = f"zalo-governor {__version__}"
        if self._reads_text:
            tools += f", tesseract {tesserocr.tesseract_version().split()[1]}"
        return ScanResult(
            type=mime,
            size=len(content),
            findings=tuple(findings),
            not_checked=tuple(sorted(walk.found.not_checked)),
            tools=ScanTools(readers=tools),
        )


class _Walk:
    """Scan of one file with everything inside it; its attributes collect what was found."""

    def __init__(self, signatures: Signatures, budget: Budget, *, reads_text: bool) -> None:
        self._signatures = signatures
        self._budget = budget
        self._reads_text = reads_text
        self.found = Contents()
        self.stamps: list[tuple[stamps.Stamp, int | None]] = []

    def read(self, file: InnerFile, depth: int) -> str:
        """Read a file with everything inside it; return its MIME type."""
        identified = identify(file.content, file.name)
        self._warn((*identified.dangers, *self._signatures.scan(file.content)), file.page)
        if file.name:
            self.found.texts.append(TextPart(file.name, file.page, "file_name"))
        try:
            self._budget.check_time()
            self._read_by_family(file, identified.family, identified.mime, depth)
        except LimitError:
            self.found.not_checked.add(NotChecked.LIMIT)
        return identified.mime

    def _read_by_family(self, file: InnerFile, family: Family, mime: str, depth: int) -> None:
        reader = readers.reader_for(mime)
        if family is Family.ARCHIVE:
            if depth >= self._budget.depth:
                raise LimitError("depth")
            self._take(archives.read(file.content, self._budget, file.name), file.page, depth)
        elif reader is not None and family not in {Family.SCRIPT, Family.PROGRAM}:
            self._take(collect(reader, file.content, self._budget), file.page, depth)
        elif mime in pictures.TYPES:
            self._budget.spend("pictures", 1)
            self._look_at(PicturePart(file.content, file.page))
        elif family not in _NEED_NO_READING:
            self.found.not_checked.add(_UNREAD.get(family, NotChecked.UNKNOWN_TYPE))
            if mime == ONENOTE:
                self._warn([archives.UNREAD], file.page)

    def _take(self, contents: Contents, page: int | None, depth: int) -> None:
        """Keep the texts, links and dangers that a reader returned, and scan its pictures and inner files."""
        self.found.not_checked |= contents.not_checked
        self._warn(contents.dangers, page)
        self.found.texts += [part if page is None else part._replace(page=page) for part in contents.texts]
        self.found.links += contents.links
        # Inner files come first: they are what harms, and a flood of pictures must not use up the time for them.
        for inner in contents.inner:
            self.read(inner if page is None else inner._replace(page=page), depth + 1)
        for picture in contents.pictures:
            self._look_at(picture if page is None else picture._replace(page=page))

    def _look_at(self, part: PicturePart) -> None:
        """Look for stamps, QR codes and text in a picture; the caller has counted it in the budget.

        Of an animation, the first frames are read; of a TIFF, each page, whose number the findings then have.
        """
        self._budget.check_time()
        paged = part.content.startswith(pictures.TIFF_STARTS)
        most = pictures.MOST_FRAMES if paged else pictures.MOST_OF_ANIMATION
        frames, cut, damaged = pictures.open_frames(part.content, most)
        if cut:
            self.found.not_checked.add(NotChecked.LIMIT)
        if damaged:
            self.found.not_checked.add(NotChecked.DAMAGED)
        for number, frame in enumerate(frames, 1):
            page = number if paged and part.page is None and len(frames) > 1 else part.page
            try:
                self._look_at_frame(frame, page)
            except LimitError:
                raise
            # The libraries for pictures raise nearly anything on odd pixels; the rest of the file is read all the same.
            except Exception:
                self.found.not_checked.add(NotChecked.DAMAGED)

    def _look_at_frame(self, frame: Image.Image, page: int | None) -> None:
        self._budget.check_time()
        stamp = stamps.find_stamp(frame)
        if stamp is not None:
            self.stamps.append((stamp, page))
            return  # Nothing more is needed of a page with a secrecy stamp, and its text is better left unread.
        self.found.links += qr.read_codes(frame)
        if not self._reads_text:
            self.found.not_checked.add(NotChecked.NO_TEXT_RECOGNITION)
        elif text := recognition.read_text(frame):
            self.found.texts.append(TextPart(text, page, PICTURE))

    def _warn(self, dangers: "tuple[Danger, ...] | list[Danger]", page: int | None) -> None:
        self.found.dangers += [danger if page is None else danger._replace(page=page) for danger in dangers]
