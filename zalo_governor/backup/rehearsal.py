"""Rehearsal of a restore: a backup is rebuilt and verified in a temporary place, and nothing is replaced."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from pydantic import BaseModel
from sqlalchemy import func, select

from zalo_governor.backup.archive import End, Survey, survey
from zalo_governor.backup.create import SETTINGS
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.backup.rebuild import (
    Looking,
    Rebuilt,
    Rules,
    Steps,
    rebuild,
    removals_of_later_backup,
    reporting_malformed,
)
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.backup.staging import rehearsal_folder
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import Clock, local
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import StoreError
from zalo_governor.storage.maintenance.after_restore import Gone, gone_in
from zalo_governor.storage.migrations import check_known, newest
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.schema import inbox
from zalo_governor.storage.security.crypto import Keys, master_key
from zalo_governor.system.atomic_files import replace_file
from zalo_governor.system.error_text import of_system

_KEY = "backup.rehearsal"


class LastRehearsal(BaseModel):
    """When a backup of an installation was last rebuilt as a rehearsal, and which one."""

    at: datetime
    name: str
    """File name of the backup."""
    made_at: datetime
    """When the backup was made."""


class Rehearsal(NamedTuple):
    """Result of a successful rehearsal (a restore into a temporary database): what the backup contains."""

    made_at: datetime
    """When the backup was made."""
    end: End
    messages: int
    """Number of messages in the backup, also those whose content is not kept."""
    cases: int
    rebuilt: Rebuilt
    """What a restore would remove again, and what is wrong with the audit log."""
    seconds: float
    """How long the rehearsal took."""
    remembered: bool
    """Whether the rehearsal was recorded; False if the backup is not of a usable installation here."""


def rehearse(
    path: Path,
    code: RecoveryCode,
    settings_file: Path,
    clock: Clock,
    looking: Looking,
    steps: Steps,
    *,
    altered_audit: bool = False,
) -> Rehearsal:
    """Do with a backup what a restore does, in a temporary SQLite database that is deleted at the end.

    The installation that `settings_file` describes, if any, whose bot may be running, is not changed; only the time of
    the rehearsal is recorded in it. `looking` and `altered_audit` are as for a restore.

    Raises:
        BackupError: the backup cannot be restored; the message says why.
    """
    started = monotonic()
    read = survey(path, code, steps.check)
    check_known(read.manifest.form)
    with reporting_malformed(path):
        master = b64decode(read.manifest.key, validate=True)
        made_at = datetime.fromisoformat(read.manifest.made_at)
        keys = Keys(master)
    base = _base(settings_file)
    try:
        with rehearsal_folder(base, f"{local(clock()):%Y%m%d-%H%M%S}") as folder:
            with reporting_malformed(path):
                settings = _settings(read, settings_file, folder)
            present = _Present(settings, keys, master, clock)
            known = present.read_removals()
            later, _ = removals_of_later_backup(path, code, read.manifest)
            gone = Gone(later.sealed | known.sealed, later.erased | known.erased)
            with closing(Database(f"sqlite:///{folder / 'governor.db'}", keys, clock)) as database:
                rules = Rules(settings, looking)
                rebuilt = rebuild(database, path, code, read, rules, gone, steps, altered_audit=altered_audit)
                with database.read() as connection:
                    of_messages = select(func.count()).select_from(inbox).where(inbox.c.kind == "message")
                    messages = connection.scalar(of_messages) or 0
    except OSError as error:
        raise BackupError(f"{base}: không dựng thử được ở đây ({of_system(error)}).") from None
    remembered = present.remember(LastRehearsal(at=clock(), name=path.name, made_at=made_at))
    cases = read.end.counts.get("cases", 0)
    seconds = monotonic() - started
    return Rehearsal(made_at, read.end, messages, cases, rebuilt, seconds, remembered)


def last_rehearsal(vault: SecretStore) -> LastRehearsal | None:
    """Return the newest rehearsal of a restore, recorded in the secret store `vault`; None if there was none."""
    kept = vault.load(_KEY)
    return None if kept is None else LastRehearsal.model_validate_json(kept)


def _base(settings_file: Path) -> Path:
    """Return the folder for the temporary folder: the data folder, or else that of the settings file."""
    if settings_file.exists():
        data_dir = load_settings(settings_file).data_dir
        if data_dir.is_dir():
            return data_dir
    return settings_file.resolve().parent


def _settings(read: Survey, settings_file: Path, folder: Path) -> Settings:
    """Load `settings_file` or, if it does not exist, the settings in the backup `read`, by a copy in `folder`."""
    if settings_file.exists():
        return load_settings(settings_file)
    draft = folder / SETTINGS
    replace_file(draft, read.files[SETTINGS], mode=0o600)
    return load_settings(draft)


class _Present:
    """The database of the installation here, if the backup was made from it. It is neither created nor migrated.

    `keys` and `master` are made from the encryption key in the backup, by which the installation is recognised.
    """

    def __init__(self, settings: Settings, keys: Keys, master: bytes, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        given, path = settings.given_key, settings.key_path
        same_key = bool(given or path.exists()) and master_key(path, given) == master
        there = settings.database_url is not None or (settings.data_dir / "governor.db").exists()
        self._is_there = same_key and there

    def read_removals(self) -> Gone:
        """Return what the database records as sealed (a possible state secret) or erased; nothing if it is unusable."""
        with suppress(StoreError), self._opened() as database:
            if database:
                return gone_in(database)
        return Gone({}, {})

    def remember(self, done: LastRehearsal) -> bool:
        """Record the rehearsal in the database; return whether that was possible."""
        with suppress(StoreError), self._opened() as database:
            if database:
                SecretStore(database).save(_KEY, done.model_dump_json().encode())
                return True
        return False

    @contextmanager
    def _opened(self) -> Iterator[Database | None]:
        """Context manager that yields the open database; None if there is none with the schema of this program."""
        if not self._is_there:
            yield None
            return
        with closing(Database(self._settings.sqlalchemy_url, self._keys, self._clock)) as database:
            yield database if database.form() == newest() else None
