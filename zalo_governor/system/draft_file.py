"""Writing the files that a user asked for: completely or not at all."""

from pathlib import Path

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.atomic_files import replace_file
from zalo_governor.system.error_text import of_system

_WORLD_READABLE = 0o644


def hand_over(path: Path, content: bytes, *, mode: int = _WORLD_READABLE) -> None:
    """Replace the file atomically with `content`; `mode` is its permission bits.

    Raises:
        ConfigError: the file cannot be written; no partial file remains, and an existing file is unchanged.
    """
    try:
        replace_file(path, content, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được: {of_system(error)}; hãy chọn thư mục khác. Tệp cũ, nếu có, giữ nguyên"
        ) from None
