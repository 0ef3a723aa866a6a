"""Creating a backup from a consistent snapshot while the bot runs, verifying it, and deleting the oldest backups."""

import os
from base64 import b64encode
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import orjson
from pydantic import BaseModel
from sqlalchemy import select

from zalo_governor import __version__
from zalo_governor.backup.archive import End, Manifest, Progress, survey, write_archive
from zalo_governor.backup.encrypted_file import BackupError, SealedWriter
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.config.settings import Settings
from zalo_governor.domain.clock import Clock, local
from zalo_governor.domain.jobs import ScanAttachment
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.storage.engine.batches import in_batches
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.dump import count_rows
from zalo_governor.storage.migrations import revision
from zalo_governor.storage.repositories.audit import SqlAuditLog, audit_head
from zalo_governor.storage.repositories.jobs import waiting_scans
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.schema import inbox
from zalo_governor.storage.security.crypto import master_key
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system.atomic_files import sync_folder
from zalo_governor.system.error_text import of_system

SUFFIX = ".zgbackup"
SETTINGS = "governor.yaml"
CONFIG = "config/"
"""Prefix that the names of files from the office's configuration folder have inside a backup."""
_NAME_FORMAT = "sao-luu-{:%Y%m%d-%H%M%S}" + SUFFIX
_CODE_KEY = "backup.code"
_LAST_KEY = "backup.last"
_UNSCANNED_KEY = "backup.unscanned"
"""Name of the secret that maps each backup's file name to ids of messages whose files were not scanned by then."""
_MOST_REMEMBERED = 400
_MAX_FILE_BYTES = 16 << 20


class LastBackup(BaseModel):
    """The newest backup, recorded when it was written and verified."""

    at: datetime
    name: str
    audit_faults: int = 0
    """Number of places at which the audit log was not intact when the backup was made."""


class Backup(NamedTuple):
    """Result of `Backups.make`: the backup file that was written and verified."""

    path: Path
    end: End
    """Last line of the backup: row counts and the audit log's last hash."""
    size: int
    """Size of the file in bytes."""
    audit_faults: int
    """Number of places at which the audit log is not intact; a restore then has to be told to accept that."""
    unscanned: tuple[datetime, ...]
    """When the messages were sent whose files were not scanned yet: the backup has their captions and file names."""


class Backups:
    """Creates the backups of one installation, encrypted with a recovery code (a secret that people keep on paper).

    The code is also stored encrypted in the database, so that a timer can make backups unattended. That weakens
    nothing: whoever can decrypt the stored code has the installation's key, and can read all that a backup contains.
    """

    def __init__(self, settings: Settings, settings_file: Path, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._settings_file = settings_file
        self._database = database
        self._vault = SecretStore(database)
        self._clock = clock

    def code(self) -> RecoveryCode | None:
        """Return the stored recovery code, with which new backups are encrypted; None if none was created yet."""
        kept = self._vault.load(_CODE_KEY)
        return None if kept is None else RecoveryCode(kept)

    def keep_code(self, code: RecoveryCode) -> None:
        """Store the recovery code with which all later backups are encrypted, in place of the present one.

        Existing backups still need the code with which they were made.
        """
        self._vault.save(_CODE_KEY, code.secret)

    def rows(self) -> int:
        """Return the approximate number of rows that a backup will contain, as the total of a progress bar."""
        with self._database.read() as connection:
            return count_rows(connection)

    def make(self, place: Path, code: RecoveryCode, account: str, *, written: Progress, checked: Progress) -> Backup:
        """Write a backup with file mode 0600, verify it by reading it back, and record it in the audit log.

        `place` is a `.zgbackup` file, or a folder in which the file is named after the current time; `account` is the
        bot account's uid. `written` and `checked` are called with the number of rows written, or read back, since the
        previous call.

        Raises:
            BackupError: writing or verifying failed; the new file was removed, older backups are untouched.
        """
        now = self._clock()
        path = place / _NAME_FORMAT.format(local(now)) if place.is_dir() or place.suffix != SUFFIX else place
        draft = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            end, unscanned = self._write(draft, code, now, account, written)
            if survey(draft, code, checked).end != end:
                raise BackupError(f"{path}: đọc lại không khớp với nội dung đã ghi; đề nghị kiểm tra ổ đĩa.")
            size = draft.stat().st_size
            draft.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise BackupError(f"{path}: không ghi được bản sao lưu ({of_system(error)}).") from None
        finally:
            with suppress(OSError):
                draft.unlink()
        faults = len(SqlAuditLog(self._database).verify().faults)
        note_backup(self._vault, LastBackup(at=now, name=path.name, audit_faults=faults))
        self._remember_unscanned(path.name, [task.event_id for task in unscanned])
        with UnitsOfWork(self._database).begin() as uow:
            detail = {"file": path.name, "rows": end.rows, "audit_head": end.audit_head, "code": code.mark}
            uow.audit.append("backup.made", at=now, group_id=NO_GROUP, detail=detail)
        return Backup(path, end, size, faults, tuple(task.sent_at for task in unscanned))

    def outdated(self) -> list[str]:
        """Return the names of backups with the caption of a message sealed later, after the scan of its attachment."""
        known = self._unscanned()
        ids = {id_ for ids in known.values() for id_ in ids}
        sealed: set[int] = set()
        with self._database.read() as connection:
            for part in in_batches(sorted(ids)):
                of_part = select(inbox.c.id).where(inbox.c.id.in_(part), inbox.c.seal_rule.is_not(None))
                sealed |= set(connection.scalars(of_part))
        return [name for name, ids in known.items() if sealed & set(ids)]

    def _remember_unscanned(self, name: str, event_ids: Sequence[int]) -> None:
        if known := {**self._unscanned(), **({name: list(event_ids)} if event_ids else {})}:
            newest = dict(sorted(known.items())[-_MOST_REMEMBERED:])
            self._vault.save(_UNSCANNED_KEY, orjson.dumps(newest))

    def _unscanned(self) -> dict[str, list[int]]:
        return dict(orjson.loads(self._vault.load(_UNSCANNED_KEY) or b"{}"))

    def _write(
        self, draft: Path, code: RecoveryCode, now: datetime, account: str, written: Progress
    ) -> tuple[End, list[ScanAttachment]]:
        key = master_key(self._settings.key_path, self._settings.given_key)
        draft.unlink(missing_ok=True)
        with (
            os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            self._database.snapshot() as connection,
        ):
            writer = SealedWriter(file, code, program=__version__, made_at=now.isoformat())
            manifest = Manifest(
                program=__version__,
                made_at=now.isoformat(),
                form=revision(connection) or "",
                key=b64encode(key).decode(),
                account=account,
            )
            unscanned = waiting_scans(connection, self._database.keys)
            head = audit_head(connection, self._database.keys)
            files = dict(self._files())
            end = write_archive(writer, connection, manifest, files, str(head or ""), written)
            file.flush()
            os.fsync(file.fileno())
        return end, unscanned

    def _files(self) -> Iterator[tuple[str, bytes]]:
        yield SETTINGS, self._settings_file.read_bytes()
        own = self._settings.config_dir
        if own is None:
            return
        for path in sorted(own.rglob("*")):
            if path.is_file() and path.stat().st_size <= _MAX_FILE_BYTES:
                yield CONFIG + path.relative_to(own).as_posix(), path.read_bytes()


def last_backup(vault: SecretStore) -> LastBackup | None:
    """Return the newest backup, recorded in the secret store `vault`; None if there was none."""
    kept = vault.load(_LAST_KEY)
    return None if kept is None else LastBackup.model_validate_json(kept)


def note_backup(vault: SecretStore, made: LastBackup) -> None:
    """Record the newest backup in the secret store `vault`, from which `last_backup` returns it."""
    vault.save(_LAST_KEY, made.model_dump_json().encode())


def is_overdue(vault: SecretStore, now: datetime, after: timedelta | None) -> bool:
    """Return whether to remind people to make a backup: the newest is older than `after` (None: no reminders).

    If no backup was ever made, the age is that of the installation. Both times are read from the secret store `vault`.
    """
    last = last_backup(vault)
    since = last.at if last else vault.begun_at()
    return after is not None and since is not None and now - since > after


def backup_files(folder: Path) -> list[Path]:
    """Return the backups in a folder that the program named itself (after date and time), the newest first."""
    return sorted(folder.glob(f"sao-luu-*{SUFFIX}"), reverse=True)


def give_up_oldest(made: Path, keep: int, outdated: Container[str] = ()) -> list[Path]:
    """Delete backups beside the one just made: the oldest, so that `keep` remain, and the `outdated`; return which.

    `outdated` has names of backups with content that was sealed (removed as a possible state secret) later. Only
    backups that the program named itself are counted and deleted; those dated later than the one just made, as the
    clock was ahead, go first. Partial files of interrupted backups are deleted if a later backup exists.
    """
    found = backup_files(made.parent)
    for part in made.parent.glob(f".sao-luu-*{SUFFIX}.part"):
        if found and part.name < f".{found[0].name}":
            part.unlink()
    found.sort(key=lambda path: path.name > made.name)
    gone = [path for place, path in enumerate(found) if place >= keep or path.name in outdated]
    for path in gone:
        path.unlink()
    return gone
