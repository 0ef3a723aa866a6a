"""The log on disk, for the program's user alone: a file a day, or more where they grow large; the oldest go."""

import logging.handlers
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path

from zalo_governor.domain.errors import ConfigError


@dataclass(frozen=True)
class LogFile:
    """Where the log is written, and how much of it is kept."""

    path: Path
    most_bytes: int
    """A file that grows beyond it is put aside before its day is over."""
    files: int
    """So many are kept beside the current one."""
    kept: timedelta
    """And none that is older."""


class LogFileHandler(logging.handlers.BaseRotatingHandler):
    """Puts the file aside under the moment at which it did so, in UTC: governor-20260102-030405-678901.log."""

    def __init__(self, file: LogFile) -> None:
        """Opens the file.

        Raises:
            ConfigError: the folder or the file cannot be written.
        """
        self._file = file
        try:
            file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.path.parent.chmod(0o700)
            super().__init__(str(file.path), mode="a", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"{file.path}: the log cannot be written ({type(error).__name__}): give the folder to the program's "
                "user, or set logs.file to false"
            ) from None
        self._day = self._day_of(file.path.stat().st_mtime) if file.path.stat().st_size else None
        self._drop_old()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  logging's own name
        """Whether this line belongs into a new file."""
        begun, self._day = self._day, self._day_of(record.created)
        size = self._file.path.stat().st_size if self._file.path.exists() else 0
        return size > 0 and (begun not in {None, self._day} or size >= self._file.most_bytes)

    def doRollover(self) -> None:  # noqa: N802  logging's own name
        """Put the file aside and begin another one."""
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

    @staticmethod
    def _day_of(seconds: float) -> str:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%d}"
