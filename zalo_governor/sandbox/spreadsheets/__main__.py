"""The child process that reads a spreadsheet from stdin and prints its rows as JSON."""

import sys
from pathlib import Path

import orjson

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.confinement import Limits, forbid_network_and_writes, forbid_processes
from zalo_governor.sandbox.spreadsheets.reader import sheets_of
from zalo_governor.sandbox.spreadsheets.rows import MOST_TEXT

WRONG_FILE = 2
"""Exit code for a file that cannot be read as a list; stdout then holds the message for the person who sent it."""
_LIMITS = Limits(memory=1 << 30, cpu_seconds=15)


def main() -> int:
    """Read the spreadsheet on stdin, whose file name is the only argument; return the exit code."""
    forbid_network_and_writes([Path("/usr"), Path("/lib"), Path("/lib64"), Path(sys.prefix), *map(Path, sys.path)])
    forbid_processes(_LIMITS)
    name = sys.argv[1]
    try:
        sheets = sheets_of(sys.stdin.buffer.read(), name)
    except ConfigError as error:
        return _refuse(str(error))
    # orjson takes no named tuples.
    content = orjson.dumps({sheet: [tuple(row) for row in rows] for sheet, rows in sheets.items()})
    if len(content) > MOST_TEXT:
        return _refuse(f"{name}: quá nhiều chữ so với một danh sách; hãy chỉ để lại trang có danh sách rồi làm lại")
    sys.stdout.buffer.write(content)
    return 0


def _refuse(why: str) -> int:
    sys.stdout.write(why)
    return WRONG_FILE


if __name__ == "__main__":
    sys.exit(main())
