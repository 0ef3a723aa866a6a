"""Targets off this machine to which backups are copied: a mounted folder, rclone's remotes, rsync over ssh.

rclone and rsync are the system's programs; they are called with lists of arguments, never through a shell.
"""

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar, assert_never

from zalo_governor.backup.create import SUFFIX
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.config.backup import BackupSettings, CopyKind, copy_kind
from zalo_governor.system.atomic_files import sync_folder
from zalo_governor.system.error_text import of_system
from zalo_governor.system.subprocess_env import environment

Result = TypeVar("Result")

_NAMED = "sao-luu-*" + SUFFIX
"""File name pattern of backups that the program named after date and time; files of other names are never deleted."""
_CONNECT_SECONDS = 30
_QUIET_SECONDS = 600
"""How long rsync waits for data; the other machine sends none while it computes the checksum of a large backup."""
_LONGEST_COMPLAINT = 300


class CopyTarget(Protocol):
    """A place for copies of backups: a folder, rclone's storage or an rsync host. All methods raise BackupError."""

    def put(self, path: Path) -> None:
        """Copy the backup file `path` to the target under its own name; an incomplete copy never has that name."""
        ...

    def verify(self, path: Path) -> None:
        """Read the copy of the backup file `path` back, and check that its size and checksum are those of the file."""
        ...

    def names(self) -> list[str]:
        """Return the names of all backups at the target that the program named itself."""
        ...

    def delete(self, names: Sequence[str]) -> None:
        """Delete the backups with these file names at the target."""
        ...


def copy_target(target: str, settings: BackupSettings, data_dir: Path) -> CopyTarget:
    """Return the CopyTarget for an entry of `backup.copy_to`; it refuses a folder on the disk of `data_dir`."""
    kind, within = copy_kind(target), settings.copy_within
    match kind:
        case CopyKind.FOLDER:
            return _Folder(Path(target), data_dir, within)
        case CopyKind.RCLONE:
            return _Rclone(target.removeprefix("rclone:"), settings.rclone_config, within)
        case CopyKind.RSYNC:
            return _Rsync(target, settings)
        case _:
            assert_never(kind)


def shares_disk(one: Path, other: Path) -> bool:
    """Return whether both paths are in one file system; a missing path counts as its nearest parent that exists."""
    return _nearest_existing(one).stat().st_dev == _nearest_existing(other).stat().st_dev


class _Folder:
    """A folder that is mounted from another machine.

    If it is missing or on the disk of the database (folder `data_dir`), nothing is mounted there, and it is refused: a
    copy there would be lost together with the database.
    """

    def __init__(self, folder: Path, data_dir: Path, within: timedelta) -> None:
        self._folder = folder
        self._data_dir = data_dir
        self._within = within

    def put(self, path: Path) -> None:
        self._limited(lambda: self._put(path))

    def verify(self, path: Path) -> None:
        copy = self._folder / path.name
        if self._limited(lambda: _size_and_hash(copy)) != _size_and_hash(path):
            raise BackupError(f"{copy}: đọc lại không khớp với {path}; đề nghị kiểm tra ổ đĩa của nơi chép đến.")

    def names(self) -> list[str]:
        return self._limited(lambda: [found.name for found in self._folder.glob(_NAMED)])

    def delete(self, names: Sequence[str]) -> None:
        def delete() -> None:
            for part in self._folder.glob(f".{_NAMED}.part"):
                part.unlink(missing_ok=True)
            for name in names:
                (self._folder / name).unlink(missing_ok=True)

        self._limited(delete)

    def _put(self, path: Path) -> None:
        if not self._folder.is_dir():
            raise BackupError(f"{self._folder}: không có thư mục này; đề nghị gắn (mount) thư mục của máy khác vào đó.")
        if shares_disk(self._folder, self._data_dir):
            raise BackupError(
                f"{self._folder}: nằm trên cùng ổ đĩa với cơ sở dữ liệu, nên chưa phải là ngoài máy; đề nghị gắn "
                "(mount) thư mục của máy khác vào đó rồi chạy lại."
            )
        draft = self._folder / f".{path.name}.part"
        try:
            with path.open("rb") as source, draft.open("wb") as copy:
                with suppress(OSError):  # Some network file systems have no permissions.
                    os.fchmod(copy.fileno(), 0o600)
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            draft.replace(self._folder / path.name)
        finally:
            with suppress(OSError):
                draft.unlink()
        with suppress(OSError):  # Some of them cannot flush a folder.
            sync_folder(self._folder)

    def _limited(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread and return its result; raise BackupError if it fails or takes longer than `within`."""
        outcome: Future[Result] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=run, name="backup copy", daemon=True).start()
        if not wait([outcome], self._within.total_seconds()).done:
            raise BackupError(f"{self._folder}: quá {_minutes(self._within)} phút chưa xong; máy ở đó có thể đang tắt.")
        try:
            return outcome.result()
        except OSError as error:
            raise BackupError(f"{self._folder}: không chép được đến đó ({of_system(error)}).") from None


class _Rclone:
    """A folder `where` (`remote:path`) of a storage that rclone reaches; the file `config` describes the remote."""

    def __init__(self, where: str, config: Path | None, within: timedelta) -> None:
        self._where = where
        self._config = config
        self._within = within

    def put(self, path: Path) -> None:
        self._run("copyto", str(path), self._at(path.name))

    def verify(self, path: Path) -> None:
        # --download: a checksum that the storage itself states might be that of the data as sent, not as stored.
        told = self._run("hashsum", "sha256", "--download", self._at(path.name)).split()
        if not told or told[0] != _size_and_hash(path)[1]:
            raise BackupError(f"{self._at(path.name)}: đọc lại không khớp với {path}; đề nghị kiểm tra kho chứa.")

    def names(self) -> list[str]:
        return self._run("lsf", "--files-only", "--include", f"/{_NAMED}", self._where).splitlines()

    def delete(self, names: Sequence[str]) -> None:
        for name in names:
            self._run("deletefile", self._at(name))

    def _at(self, name: str) -> str:
        return self._where + ("" if self._where.endswith((":", "/")) else "/") + name

    def _run(self, *arguments: str) -> str:
        config = ["--config", str(self._config)] if self._config else []
        options = [
            "--retries",
            "3",
            "--low-level-retries",
            "3",
            "--contimeout",
            f"{_CONNECT_SECONDS}s",
            "--ask-password=false",
        ]
        return _call(["rclone", *config, *options, *arguments], self._within)


class _Rsync:
    """A folder `user@host:/path` on a machine that rsync reaches over ssh."""

    def __init__(self, where: str, settings: BackupSettings) -> None:
        self._where = where.rstrip("/") + "/"
        self._within = settings.copy_within
        ssh = settings.ssh
        # BatchMode: nobody is there to type a password or to confirm an unknown machine.
        words = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT_SECONDS}", "-p", str(ssh.port)]
        if ssh.key:
            words += ["-i", str(ssh.key), "-o", "IdentitiesOnly=yes"]
        if ssh.known_hosts:
            words += ["-o", f"UserKnownHostsFile={ssh.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
        self._ssh = " ".join(words)

    def put(self, path: Path) -> None:
        # rsync writes beside the file and renames, so an interrupted copy is never taken for a whole one.
        self._run("--chmod=F600", "--fsync", "--", str(path), self._where)

    def verify(self, path: Path) -> None:
        # The other machine computes the checksum of its copy; rsync prints the name of a file that differs.
        if self._run("--checksum", "--dry-run", "--out-format=%n", "--", str(path), self._where).strip():
            raise BackupError(f"{self._where}{path.name}: đọc lại không khớp với {path}; đề nghị kiểm tra máy ở đó.")

    def names(self) -> list[str]:
        listed = self._run("--dirs", f"--include=/{_NAMED}", "--exclude=*", "--list-only", "--", self._where)
        # Each line: rights, size, date, time, name.
        return [words[-1] for line in listed.splitlines() if (words := line.split()) and words[-1].endswith(SUFFIX)]

    def delete(self, names: Sequence[str]) -> None:
        if not names:
            return
        # rsync deletes, of the included files, those that are missing in the source, which is an empty folder.
        only = [f"--include=/{name}" for name in names]
        with TemporaryDirectory() as nothing:
            self._run("--dirs", "--delete", *only, "--exclude=*", "--", f"{nothing}/", self._where)

    def _run(self, *arguments: str) -> str:
        return _call(["rsync", "-e", self._ssh, f"--timeout={_QUIET_SECONDS}", *arguments], self._within)


def _call(command: list[str], within: timedelta) -> str:
    """Run a program of the system and return what it prints.

    Raises:
        BackupError: the program is not installed, fails or takes longer than `within`.
    """
    program = command[0]
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, of which the settings' model has checked the targets
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment() | {"LC_ALL": "C.UTF-8"},
            timeout=within.total_seconds(),
            check=False,
        )
    except FileNotFoundError:
        raise BackupError(f"Chưa có chương trình {program} trên máy này; đề nghị cài: apt install {program}.") from None
    except subprocess.TimeoutExpired:
        raise BackupError(f"{program}: quá {_minutes(within)} phút chưa xong (backup.copy_minutes).") from None
    if done.returncode:
        raise BackupError(f"{program} không chép được (mã {done.returncode}): {_complaint(done.stderr)}")
    return done.stdout


def _complaint(said: str) -> str:
    """Return the last lines of a program's error output, at most 300 characters, as one printable line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    text = " / ".join(lines[-3:]) or "không nói vì sao"
    return "".join(letter if letter.isprintable() else " " for letter in text)[-_LONGEST_COMPLAINT:]


def _size_and_hash(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        # Drop this machine's cache, so that the file is read from the disk or the other machine.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _nearest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def _minutes(within: timedelta) -> str:
    return f"{within.total_seconds() / 60:g}".replace(".", ",")
