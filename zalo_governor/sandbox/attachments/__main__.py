"""The process that reads attachments: `python -m zalo_governor.sandbox.attachments CONFIG_DIR SECONDS`.

Its stdin is a socket to the bot. It loads rules, models and libraries, gives up all rights that it does not need, and
scans the files that the bot sends, until the bot closes the socket. Reading a file may take SECONDS.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from zalo_governor.rules.loader import load_rulebook
from zalo_governor.sandbox.attachments import tessdata
from zalo_governor.sandbox.attachments.scan import FileScanner
from zalo_governor.sandbox.attachments.server import Confinement, serve
from zalo_governor.sandbox.attachments.signatures import load_signatures, signature_folders
from zalo_governor.sandbox.confinement import Limits, forbid_network_and_writes
from zalo_governor.system.process import (
    be_killed_first,
    end_with_parent,
    freeze_long_lived_objects,
    give_memory_back,
    stand_back,
)

_MEMORY_BYTES = 2 << 30
"""Address space of a child; much of it is only reserved by libraries."""
_SPARE_SECONDS = 10.0
"""How many seconds longer than the time for reading a child may run: most readers stop by themselves in time."""
_KILLED_FIRST = 800
"""How much sooner than others the kernel kills this process if memory runs out: a scan can be repeated."""
_NICENESS = 5
"""Priority of scans (nice(2)), lower than the bot's: texts must be judged within milliseconds, files may wait."""


def main() -> None:
    """Scan the files that the bot sends over the socket on stdin, until the bot closes the socket."""
    config_dir, seconds = Path(sys.argv[1]), float(sys.argv[2])
    give_memory_back()
    # Ctrl-C at a terminal goes to all processes; the bot decides when this one ends.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(os.getppid())
    stand_back(_NICENESS)
    be_killed_first(_KILLED_FIRST)
    scanner = FileScanner(
        load_rulebook(config_dir).engine, load_signatures(signature_folders(config_dir)), seconds=seconds
    )
    freeze_long_lived_objects()
    forbid_network_and_writes(_readable(config_dir))
    limits = Limits(memory=_MEMORY_BYTES, cpu_seconds=int(seconds + _SPARE_SECONDS))
    with socket.socket(fileno=os.dup(0)) as line, suppress(ConnectionError):
        serve(line, scanner.scan, Confinement(limits, seconds + _SPARE_SECONDS, seconds + _SPARE_SECONDS / 5))


def _readable(config_dir: Path) -> list[Path]:
    """Return the folders that libraries may read: Python, this program, its configuration, and the system's files."""
    package = Path(__file__).resolve().parents[2]
    system = [Path("/usr"), Path("/lib"), Path("/lib64"), Path("/sys/devices/system/cpu")]
    python = [Path(sys.prefix), Path(sys.base_prefix)]
    data = tessdata.find_data()
    return [*system, *python, package, config_dir, *([data] if data else [])]


if __name__ == "__main__":
    main()
