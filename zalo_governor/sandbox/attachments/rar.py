"""Reads the directory of rar archives by rarfile; the content of members that are stored without compression only.

No free Python library decompresses RAR, and the sandbox starts no other program.
"""

import io

import rarfile

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents, InnerFile, LimitError
from zalo_governor.sandbox.attachments.members import Member, check_directory, check_member, skip_member
from zalo_governor.text.file_names.names import check_path

MAGIC = b"Rar!\x1a\x07"
_SPLIT = rarfile.RAR_FILE_SPLIT_BEFORE | rarfile.RAR_FILE_SPLIT_AFTER


def read(content: bytes, budget: Budget, contents: Contents) -> None:
    """Add the members of a rar archive to the contents, with the dangers of the names of those that cannot be read.

    Raises:
        LimitError: the budget is used up.
        Exception: of many kinds, where the archive is damaged.
    """
    with rarfile.RarFile(io.BytesIO(content), part_only=True) as archive:
        files = [info for info in archive.infolist() if info.is_file()]
        for info in archive.infolist():
            if info.file_redir is not None:
                contents.dangers += check_path(info.file_redir[2])
        if archive.needs_password() and not files:
            contents.not_checked.add(NotChecked.ENCRYPTED)
            return
        bombs = check_directory(
            [Member(info.filename, info.file_size, info.compress_size) for info in files],
            len(content),
            budget,
            contents,
        )
        for info in files:
            check_member(info.filename, contents)
            if info.needs_password():
                skip_member(info.filename, NotChecked.ENCRYPTED, contents)
            elif not _is_stored(info):
                skip_member(info.filename, NotChecked.UNKNOWN_TYPE, contents)
            elif info.filename in bombs or info.file_size > budget.left("unpacked"):
                skip_member(info.filename, NotChecked.LIMIT, contents)
            else:
                _read_stored(archive, info, budget, contents)


def _is_stored(info: rarfile.RarInfo) -> bool:
    """Return whether rarfile reads the member itself; for all others it would write a file and start `unrar`."""
    whole = info.file_size == info.compress_size and info.file_redir is None
    return whole and info.compress_type == rarfile.RAR_M0 and not info.flags & _SPLIT


def _read_stored(archive: rarfile.RarFile, info: rarfile.RarInfo, budget: Budget, contents: Contents) -> None:
    try:
        budget.spend("files", 1)
        budget.spend("unpacked", info.file_size)
        contents.inner.append(InnerFile(info.filename, archive.read(info)))
    except (rarfile.Error, OSError):
        skip_member(info.filename, NotChecked.DAMAGED, contents)
    except LimitError:
        skip_member(info.filename, NotChecked.LIMIT, contents)
