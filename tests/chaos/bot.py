"""The bot as `zalo-governor run` runs it, but with a clock that can be set wrong from outside while it runs.

The wall clock is what the program is given at its composition root, so nothing of it is changed for this. A file of
eight bytes, shared by memory, holds by how many seconds it is wrong. One constant is changed: how long the bot waits at
most before it connects again.
"""

import mmap
import struct
import sys
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from zalo_governor.app.bootstrap import build
from zalo_governor.cli.run import run_until_told
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import GovernorError
from zalo_governor.system import logging

_LONGEST_DELAY_SECONDS = 4.0
"""Here the line is cut more often within a minute than in life within days, and most of a run would be waiting."""


class WrongClock:
    """A wall clock, and by how much it is wrong. Fits `domain.clock.Clock`."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._error = mmap.mmap(file.fileno(), 8)

    def __call__(self) -> datetime:
        (seconds,) = struct.unpack_from("d", self._error)
        return system_clock() + timedelta(seconds=seconds)

    def set(self, seconds: float) -> None:
        """From now on it is wrong by so much, for whoever reads the same file."""
        struct.pack_into("d", self._error, 0, seconds)


def main() -> None:
    """Arguments: the settings file, and the file of the clock's error."""
    config, clock = map(Path, sys.argv[1:])
    logging.configure(console=False)
    try:
        with patch("zalo_governor.zalo.socket.listener._LONGEST_DELAY_SECONDS", _LONGEST_DELAY_SECONDS):
            run_until_told(build(load_settings(config), config, WrongClock(clock)))
    except GovernorError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
