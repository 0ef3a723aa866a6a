"""Replacing files atomically (never half-written) and durably (surviving a power failure)."""

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.error_text import of_system

_SECONDS_TO_LOCK = 60.0


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Replace or create the file atomically and durably: readers see either the old or the whole new content.

    `mode` are its permission bits, set regardless of the umask.

    Raises:
        OSError: the file cannot be written; an existing file is unchanged.
    """
    with open_draft(path, mode=mode) as (draft, file):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        draft.replace(path)
    sync_folder(path.parent)


def hand_over(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that an operator asked for, such as an export, atomically and with the permission bits `mode`.

    Raises:
        ConfigError: the file cannot be written; an existing file is unchanged, and the message says what to do.
    """
    try:
        replace_file(path, content, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được: {of_system(error)}; hãy chọn thư mục khác. Tệp cũ, nếu có, giữ nguyên"
        ) from None


@contextmanager
def open_draft(path: Path, *, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """Context manager that makes a temporary file beside `path`, with permissions `mode`; yields its path and the file.

    The temporary file is removed at the end, unless it was renamed; those of killed writers of `path` are removed too.

    Raises:
        OSError: the file cannot be created.
    """
    _remove_stale_drafts(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with suppress(OSError):  # some network file systems know no locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            # os.open applied the umask of this process to the mode.
            os.fchmod(descriptor, mode)
            yield draft, file
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Flush the folder itself to disk (fsync), so that files renamed in it survive a power failure."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_stale_drafts(path: Path) -> None:
    """Delete the temporary files of `path` whose writer has been killed: a living writer holds a lock on its file."""
    named = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}")
    # The folder may not be listable, a draft may belong to another user or be locked: none of this prevents writing.
    with suppress(OSError):
        for draft in path.parent.iterdir():
            if named.fullmatch(draft.name):
                with suppress(OSError), draft.open("rb") as left:
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    found = os.fstat(left.fileno())
                    # An empty draft may have been created just now by a writer that has not locked it yet.
                    if found.st_size or found.st_mtime < time.time() - _SECONDS_TO_LOCK:
                        draft.unlink()
