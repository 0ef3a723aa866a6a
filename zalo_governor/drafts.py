"""Files that people asked for: there as a whole, or as they were before."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zalo_governor.domain.errors import ConfigError
from zalo_governor.wording import of_system


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """A path beside it to write to; what stands there when the block ends takes the place of the file.

    Raises:
        ConfigError: the system does not let it be written; nothing is left of it, and an older file is as it was.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được: {of_system(error)}; hãy chọn thư mục khác. Tệp cũ, nếu có, giữ nguyên"
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
