"""Log files, readable by the program's user only, rotated daily and by size; old ones are deleted."""

import logging.handlers
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.error_text import of_system


@dataclass(frozen=True)
class LogFile:
    """Path of the log file, and limits on the size, number and age of its rotated files."""

    path: Path
    most_bytes: int
    """Size in bytes at which the file is rotated before the end of its day."""
    files: int
    """Maximum number of rotated files that are kept."""
    kept: timedelta
    """Maximum age of the rotated files that are kept."""


class LogFileHandler(logging.handlers.BaseRotatingHandler):
    """Log handler that rotates the log file, naming old ones by UTC time: governor-20260102-030405-678901.log."""

    def __init__(self, file: LogFile) -> None:
        """Open the file, creating its folder, and delete old rotated files.

        Raises:
            ConfigError: the folder or the file is not writable.
        """
        self._file = file
        try:
            file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.path.parent.chmod(0o700)
            super().__init__(str(file.path), mode="a", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"{file.path}: không ghi được nhật ký chạy: {of_system(error)}; xem lại ổ đĩa và quyền của thư mục, "
                "hoặc đặt logs.file: false"
            ) from None
        written = file.path.stat()
        self._day = datetime.fromtimestamp(written.st_mtime, UTC).date() if written.st_size else None
        self._drop_old()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  logging's own name
        """Return whether to rotate the file before writing `record`: on a new UTC day, or if the file is too large."""
        begun, self._day = self._day, datetime.fromtimestamp(record.created, UTC).date()
        if not self._file.path.exists():
            self.close()  # The line goes into a new file, not into the one that somebody removed.
            return False
        size = self._file.path.stat().st_size
        return size > 0 and (begun not in {None, self._day} or size >= self._file.most_bytes)

    def doRollover(self) -> None:  # noqa: N802  logging's own name
        """Rename the log file after the current time, delete old rotated files, and open a new log file."""
        self.close()
        path = self._file.path
        path.rename(path.with_name(f"{path.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{path.suffix}"))
        self._drop_old()
        self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.fchmod(descriptor, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8")

    def _drop_old(self) -> None:
        path = self._file.path
        aside = sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"), reverse=True)
        oldest = (datetime.now(UTC) - self._file.kept).timestamp()
        for number, old in enumerate(aside):
            if number >= self._file.files or old.stat().st_mtime < oldest:
                old.unlink(missing_ok=True)
