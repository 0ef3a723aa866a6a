"""Has a spreadsheet read in a process of its own, which may do nothing else and is killed after its time."""

import subprocess
import sys

import orjson

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.rows import SheetRow
from zalo_governor.system.subprocess_env import environment

_SECONDS = 20.0
_WRONG_FILE = 2
_LONGEST_NAME = 100


def read_spreadsheet(content: bytes, name: str) -> dict[str, list[SheetRow]]:
    """Return the sheets of an uploaded XLSX or CSV file: name of the sheet -> rows that are not empty.

    Raises:
        ConfigError: it is none, or too large, or takes too long; the message says what to do.
    """
    shown = "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:] or "tệp"
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "zalo_governor.sandbox.spreadsheets", shown],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=environment(),
        )
    except (subprocess.TimeoutExpired, OSError):
        raise ConfigError(f"{shown}: quá lâu chưa đọc xong; hãy chỉ để lại trang có danh sách rồi làm lại") from None
    if done.returncode == _WRONG_FILE:
        raise ConfigError(done.stdout.decode(errors="replace"))
    if done.returncode:
        raise ConfigError(f"{shown}: không đọc được; hãy mở bằng Excel, lưu lại thành .xlsx rồi làm lại")
    return {
        sheet: [SheetRow(number, tuple(cells), wide) for number, cells, wide in rows]
        for sheet, rows in orjson.loads(done.stdout).items()
    }
