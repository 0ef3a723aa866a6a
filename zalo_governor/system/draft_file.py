"""Files that somebody asked for: there as a whole, or as they were before."""

from pathlib import Path

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.atomic_files import replace_file
from zalo_governor.system.error_text import of_system

_FOR_EVERYBODY = 0o644


def hand_over(path: Path, content: bytes, *, mode: int = _FOR_EVERYBODY) -> None:
    """Put the content in place of whatever the file held, with these rights.

    Raises:
        ConfigError: the system does not let it be written; nothing is left of it, and an older file is as it was.
    """
    try:
        replace_file(path, content, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được: {of_system(error)}; hãy chọn thư mục khác. Tệp cũ, nếu có, giữ nguyên"
        ) from None
