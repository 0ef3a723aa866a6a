"""The scanning process: takes files from the bot, reads each in a forked child with few rights, returns the results.

The process loads all libraries and models once and never reads a file's content itself. Each file is read in a child
of its own, so that a file that crashes or captures its reader harms no other. The content arrives as a file descriptor
of memory (memfd_create(2)); nothing is ever written to disk.
"""

import json
import mmap
import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked, ScanResult
from zalo_governor.sandbox.attachments.contents import LimitError
from zalo_governor.sandbox.confinement import Limits, forbid_processes
from zalo_governor.system.process import end_with_parent

Scan = Callable[[bytes, str], ScanResult]
"""Function that reads one file: (content, name) -> what was found."""
LENGTH = struct.Struct(">I")
"""Every message on the socket is its length in bytes, then JSON."""
MOST_REPLY_BYTES = 1 << 20
_HEADER_BYTES = 1 << 16
_READ_BYTES = 1 << 16
_LONGEST_NAME = 1_000
_BETWEEN_INTERRUPTIONS = 2.0


class Confinement(NamedTuple):
    """Limits within which the child must read a file."""

    limits: Limits
    seconds: float
    """Seconds after which the child is killed."""
    interrupted_after: float = 0.0
    """Seconds after which, and again every two seconds, LimitError is raised in the child; 0: never.

    The child then judges what it has read so far.
    """


def request(name: str) -> bytes:
    """Return the request to scan a file of that name, to be sent together with a file descriptor of the content."""
    content = json.dumps({"name": name[:_LONGEST_NAME]}).encode()
    return LENGTH.pack(len(content)) + content


def serve(line: socket.socket, scan: Scan, confinement: Confinement) -> None:
    """Scan the files that the bot sends over the socket `line`, and send back each result, until the bot closes it."""
    _send(line, {"ready": True})
    while True:
        # A request is so short that the kernel hands it over in one piece.
        message, descriptors, _, _ = socket.recv_fds(line, _HEADER_BYTES, 1)
        if not message or not descriptors:
            return
        [content] = descriptors
        try:
            name = json.loads(message[LENGTH.size :])["name"]
            reply = _scan_in_child(line, content, name, scan, confinement)
        finally:
            os.close(content)
        line.sendall(LENGTH.pack(len(reply)) + reply)


def _scan_in_child(line: socket.socket, content: int, name: str, scan: Scan, confinement: Confinement) -> bytes:
    """Return the scan's result as JSON; if the child gave none, a result that only says why."""
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _run_child(parent, line, reading, writing, content, name, scan, confinement)
    os.close(writing)
    try:
        told, in_time = _read_until_closed(reading, monotonic() + confinement.seconds)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if in_time and os.waitstatus_to_exitcode(status) == 0 and told:
        return told
    # The kernel kills a child that has used up its CPU seconds.
    timed_out = not in_time or os.waitstatus_to_exitcode(status) == -signal.SIGXCPU
    why = NotChecked.TIMED_OUT if timed_out else NotChecked.CRASHED
    return ScanResult(not_checked=(why,)).model_dump_json().encode()


def _run_child(
    parent: int,
    line: socket.socket,
    reading: int,
    writing: int,
    content: int,
    name: str,
    scan: Scan,
    confinement: Confinement,
) -> None:
    """Read the file, write the result to the pipe `writing` and end this process; never returns."""
    code = 1
    try:
        end_with_parent(parent)
        line.close()
        os.close(reading)
        # Whatever a library prints could quote the file.
        nowhere = os.open(os.devnull, os.O_RDONLY)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        forbid_processes(confinement.limits)
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, confinement.interrupted_after, _BETWEEN_INTERRUPTIONS)
        size = os.fstat(content).st_size
        if size:
            with mmap.mmap(content, size, prot=mmap.PROT_READ) as mapped:
                read = bytes(mapped)
        else:
            read = b""
        result = scan(read, name)
        signal.setitimer(signal.ITIMER_REAL, 0)
        told = result.model_dump_json().encode()
        while told:
            told = told[os.write(writing, told) :]
        code = 0
    finally:
        # Without running exit handlers of the parent's libraries, and without a traceback, which could quote the file.
        os._exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise LimitError("seconds")


def _read_until_closed(pipe: int, deadline: float) -> tuple[bytes, bool]:
    """Return (what was written to the pipe, whether it was closed before `deadline` and is not too long)."""
    told = bytearray()
    while True:
        left = deadline - monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return bytes(told), False
        part = os.read(pipe, _READ_BYTES)
        if not part:
            return bytes(told), True
        told += part
        if len(told) > MOST_REPLY_BYTES:
            return b"", True


def _send(line: socket.socket, told: object) -> None:
    content = json.dumps(told).encode()
    line.sendall(LENGTH.pack(len(content)) + content)
