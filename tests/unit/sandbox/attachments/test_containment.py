"""What a reader can do that a file has captured: nothing but give a wrong answer."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import gettempdir

import pytest

from tests.rig import children
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.client import AttachmentScanner, ScannerUnavailableError

KEY = "GIẢ ĐỊNH-khoá"
MODULE = "tests.unit.sandbox.attachments.misbehaving"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "master.key"
    file.write_text(KEY)
    return file


@pytest.fixture(scope="module")
def scanner(key: Path) -> Iterator[AttachmentScanner]:
    scanner = AttachmentScanner([sys.executable, "-m", "tests.unit.sandbox.attachments.misbehaving", str(key)])
    yield scanner
    scanner.close()


def test_a_file_is_read_from_memory(scanner: AttachmentScanner) -> None:
    assert scanner.scan("tỉnh Mẫu".encode(), "read").type == "tỉnh Mẫu"
    assert scanner.scan(b"", "read").type == ""


@pytest.mark.parametrize(
    "attempt",
    ["connect", "write", "write_temporary", "append", "remove", "read_key", "read_environment", "start_program", "fork",
     "kill"],
)  # fmt: skip
def test_what_a_reader_has_no_right_to_is_refused(scanner: AttachmentScanner, key: Path, attempt: str) -> None:
    result = scanner.scan(b"content", attempt)
    assert result.type == "PermissionError"
    assert [file.name for file in key.parent.iterdir()] == ["master.key"]
    assert key.read_text() == KEY
    assert not (Path(gettempdir()) / "zalo-governor-escaped").exists()


@pytest.mark.parametrize("attempt", ["hang", "spin"])
def test_a_reader_that_does_not_end_is_ended(scanner: AttachmentScanner, attempt: str) -> None:
    began = time.monotonic()
    assert scanner.scan(b"content", attempt).not_checked == (NotChecked.TIMED_OUT,)
    assert time.monotonic() - began < 10


def test_a_reader_that_takes_too_long_is_told_to_hand_over_what_it_has(scanner: AttachmentScanner) -> None:
    assert scanner.scan(b"content", "take_long").type == "what was read"


def test_a_reader_that_wants_all_memory_gets_an_error(scanner: AttachmentScanner) -> None:
    assert scanner.scan(b"content", "eat_memory").type == "MemoryError"


@pytest.mark.parametrize("attempt", ["crash", "raise"])
def test_a_file_that_crashes_its_reader_twice_is_given_up(scanner: AttachmentScanner, attempt: str) -> None:
    result = scanner.scan(b"content", attempt)
    assert (result.not_checked, result.size) == ((NotChecked.CRASHED,), 7)


def test_a_reader_ends_with_its_process_also_when_that_is_killed(key: Path) -> None:
    command = [sys.executable, "-m", MODULE, str(key)]
    scanner = AttachmentScanner(command)
    others = set(children(os.getpid(), MODULE))
    assert scanner.scan(b"", "read").type == ""
    [process] = set(children(os.getpid(), MODULE)) - others
    with ThreadPoolExecutor(1) as pool:
        scanned = pool.submit(scanner.scan, b"content", "hang")
        wait_until(lambda: bool(children(process, MODULE)))
        [reader] = children(process, MODULE)
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not is_running(reader), seconds=1.0)
        with pytest.raises(ScannerUnavailableError):
            scanned.result()
    scanner.close()


def is_running(process: int) -> bool:
    """Where nobody collects ended processes, they stay listed, without a command line."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""
    except FileNotFoundError:
        return False


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_a_reader_prints_reaches_nobody(scanner: AttachmentScanner, capfd: pytest.CaptureFixture[str]) -> None:
    scanner.scan(b"content", "shout")
    assert capfd.readouterr() == ("", "")


def test_the_process_is_started_anew_with_new_rules(key: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.sandbox.attachments.misbehaving", str(key)]
    scanner = AttachmentScanner(command)
    assert scanner.scan(b"1", "read").type == "1"
    scanner.use_command(["/khong/co"])
    with pytest.raises(ScannerUnavailableError):
        scanner.scan(b"2", "read")
    scanner.use_command(command)
    assert scanner.scan(b"3", "read").type == "3"
    scanner.close()


def test_the_process_ends_when_it_is_idle_and_comes_back_with_the_next_file(key: Path) -> None:
    command = [sys.executable, "-m", "tests.unit.sandbox.attachments.misbehaving", str(key)]
    scanner = AttachmentScanner(command, idle_seconds=0.2)
    assert not scanner.is_running()
    assert scanner.scan(b"1", "read").type == "1"
    deadline = time.monotonic() + 10
    while scanner.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not scanner.is_running()
    assert scanner.scan(b"2", "read").type == "2"
    scanner.close()


@pytest.mark.parametrize("command", [["/nowhere/program"], [sys.executable, "-c", "pass"]])
def test_a_process_that_cannot_be_started_is_no_verdict(command: list[str]) -> None:
    with pytest.raises(ScannerUnavailableError):
        AttachmentScanner(command).scan(b"content", "read")


def test_a_process_that_was_ended_is_started_again(scanner: AttachmentScanner) -> None:
    assert scanner.scan(b"1", "read").type == "1"
    scanner.close()
    assert scanner.scan(b"2", "read").type == "2"
