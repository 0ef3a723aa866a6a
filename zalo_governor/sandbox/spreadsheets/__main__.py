"""The child process that reads a spreadsheet from stdin and prints its rows as JSON."""

import sys
from pathlib import Path

import orjson

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.confinement import Limits, forbid_network_and_writes, forbid_processes
from zalo_governor.sandbox.spreadsheets.reader import sheets_of

WRONG_FILE = 2
"""Exit code for a file that is no list; stdout holds what to say."""
_LIMITS = Limits(memory=1 << 30, cpu_seconds=15)


def main() -> int:
    """Read the spreadsheet whose file name is the only argument."""
    forbid_network_and_writes([Path("/usr"), Path("/lib"), Path("/lib64"), Path(sys.prefix), *map(Path, sys.path)])
    forbid_processes(_LIMITS)
    try:
        sheets = sheets_of(sys.stdin.buffer.read(), sys.argv[1])
    except ConfigError as error:
        sys.stdout.write(str(error))
        return WRONG_FILE
    # orjson takes no named tuples.
    sys.stdout.buffer.write(orjson.dumps({name: [tuple(row) for row in rows] for name, rows in sheets.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
