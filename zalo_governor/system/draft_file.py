"""Writing files that a user asked for, with errors that tell the user what to do."""

from pathlib import Path

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.atomic_files import replace_file
from zalo_governor.system.error_text import of_system

_WORLD_READABLE = 0o644


def hand_over(path: Path, content: bytes, *, mode: int = _WORLD_READABLE) -> None:
    """Write `content` to the file atomically, replacing an existing one; `mode` is the file's permission bits.

    Raises:
        ConfigError: the file cannot be written; no partial file remains, and an existing file is unchanged.
    """
    try:
        replace_file(path, content, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được: {of_system(error)}; hãy chọn thư mục khác. Tệp cũ, nếu có, giữ nguyên"
        ) from None
