"""Replacing files atomically (never half-written) and durably (surviving a power failure)."""

import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Replace the file atomically and durably: readers see either the old or the whole new content.

    Args:
        path: the file, which need not exist.
        content: its new content.
        mode: its permission bits, set regardless of the umask.

    Raises:
        OSError: the file cannot be written; an existing file is unchanged.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # os.open applied the umask of this process to the mode.
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush the folder itself to disk (fsync), so that files renamed in it survive a power failure."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
