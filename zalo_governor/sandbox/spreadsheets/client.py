"""Reads a spreadsheet in a child process, which has no other rights and is killed if it takes too long."""

import os
import subprocess
import sys
import threading
from signal import SIGKILL
from subprocess import DEVNULL, PIPE

import orjson

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.rows import MOST_TEXT, SheetRow
from zalo_governor.system.subprocess_env import environment

_SECONDS = 20.0
_WRONG_FILE = 2
_LONGEST_NAME, _LONGEST_SAID = 100, 1_000


def read_spreadsheet(content: bytes, name: str) -> dict[str, list[SheetRow]]:
    """Return the sheets of an uploaded XLSX or CSV file as name of the sheet -> rows that are not empty.

    Raises:
        ConfigError: the file is no spreadsheet, too large or takes too long; the message says what to do.
    """
    shown = "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:] or "tệp"
    command = [sys.executable, "-m", "zalo_governor.sandbox.spreadsheets", shown]
    with os.fdopen(os.memfd_create("spreadsheet", os.MFD_CLOEXEC), "r+b", buffering=0) as given:
        given.write(content)
        given.seek(0)
        with subprocess.Popen(command, stdin=given, stdout=PIPE, stderr=DEVNULL, env=environment()) as child:  # noqa: S603 - our own command
            ending = threading.Timer(_SECONDS, child.kill)
            ending.start()
            # Bounded: code that has captured the child must not be able to fill the memory of this process.
            said = child.stdout.read(MOST_TEXT + 1) if child.stdout else b""
            if len(said) > MOST_TEXT:
                child.kill()
            status = child.wait()
            ending.cancel()
    if status == -SIGKILL:
        raise ConfigError(f"{shown}: quá lâu chưa đọc xong; hãy chỉ để lại trang có danh sách rồi làm lại")
    if status == _WRONG_FILE:
        raise ConfigError(said[:_LONGEST_SAID].decode(errors="replace"))
    if status:
        raise ConfigError(f"{shown}: không đọc được; hãy mở bằng Excel, lưu lại thành .xlsx rồi làm lại")
    return {
        sheet: [SheetRow(number, tuple(cells), wide) for number, cells, wide in rows]
        for sheet, rows in orjson.loads(said).items()
    }
