"""A process that serves scans as the real one does, by a reader that does what the file's name says.

`python -m tests.unit.sandbox.attachments.misbehaving KEY_FILE`
"""

import ctypes
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from zalo_governor.domain.attachments import ScanResult
from zalo_governor.sandbox.attachments.contents import LimitError
from zalo_governor.sandbox.attachments.server import Confinement, serve
from zalo_governor.sandbox.confinement import Limits, forbid_network_and_writes

_KEY = Path(sys.argv[1])
_DONE = "done"
_ESCAPED = Path(gettempdir()) / "zalo-governor-escaped"
"""What a reader that may write would leave in the temporary folder."""


def scan(content: bytes, name: str) -> ScanResult:
    """`type` tells what became of the attempt: `done`, or the name of the error."""
    try:
        told = _ATTEMPTS[name](content)
    except (OSError, MemoryError) as error:
        told = type(error).__name__
    return ScanResult(type=told, size=len(content))


def _connect(_content: bytes) -> str:
    socket.socket().connect(("127.0.0.1", 9))
    return _DONE


def _write(content: bytes) -> str:
    (_KEY.parent / "escaped").write_bytes(content)
    return _DONE


def _write_temporary(content: bytes) -> str:
    _ESCAPED.write_bytes(content)
    return _DONE


def _append(content: bytes) -> str:
    with _KEY.open("ab") as file:
        file.write(content)
    return _DONE


def _remove(_content: bytes) -> str:
    _KEY.unlink()
    return _DONE


def _read_key(_content: bytes) -> str:
    return _KEY.read_text()


def _read_environment(_content: bytes) -> str:
    return Path(f"/proc/{os.getppid()}/environ").read_text()


def _start_program(_content: bytes) -> str:
    subprocess.run(["/bin/true"], check=True)
    return _DONE


def _fork(_content: bytes) -> str:
    if os.fork() == 0:
        time.sleep(60)
    return _DONE


def _kill(_content: bytes) -> str:
    os.kill(os.getppid(), 9)
    return _DONE


def _hang(_content: bytes) -> str:
    while True:
        with suppress(LimitError):
            time.sleep(3600)


def _spin(_content: bytes) -> str:
    while True:
        with suppress(LimitError):
            while True:
                pass


def _take_long(_content: bytes) -> str:
    with suppress(LimitError):
        time.sleep(3600)
    return "what was read"


def _eat_memory(_content: bytes) -> str:
    held = []
    while True:
        # `bytes` of zeros are not written to: it is the limit that must end this, not the machine's memory.
        held.append(bytes(256 << 20))


def _crash(_content: bytes) -> str:
    ctypes.string_at(0)
    return _DONE


def _shout(_content: bytes) -> str:
    print("GIẢ ĐỊNH tuyệt mật", flush=True)
    sys.stderr.write("GIẢ ĐỊNH tuyệt mật")
    return _DONE


def _raise(content: bytes) -> str:
    raise ValueError(content)


_ATTEMPTS = {
    "read": lambda content: content.decode(),
    "connect": _connect,
    "write": _write,
    "write_temporary": _write_temporary,
    "append": _append,
    "remove": _remove,
    "read_key": _read_key,
    "read_environment": _read_environment,
    "start_program": _start_program,
    "fork": _fork,
    "kill": _kill,
    "hang": _hang,
    "spin": _spin,
    "take_long": _take_long,
    "eat_memory": _eat_memory,
    "crash": _crash,
    "shout": _shout,
    "raise": _raise,
}


if __name__ == "__main__":
    forbid_network_and_writes([Path("/usr"), Path("/lib"), Path("/lib64"), Path(sys.prefix), Path.cwd()])
    with socket.socket(fileno=os.dup(0)) as line:
        serve(line, scan, Confinement(Limits(memory=1 << 30, cpu_seconds=2), seconds=3.0, interrupted_after=2.5))
