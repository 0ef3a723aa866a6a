"""Restoring a backup: a new database is built and verified beside the present one, and replaces it only at the end."""

from base64 import b64decode, b64encode
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from zalo_governor.backup.archive import End, Survey, survey
from zalo_governor.backup.create import SETTINGS, LastBackup, note_backup
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.backup.rebuild import (
    Looking,
    Rebuilt,
    Rules,
    Steps,
    WrongRulesError,
    rebuild,
    removals_of_later_backup,
    reporting_malformed,
    write_config,
)
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.backup.staging import StagingFolder, is_empty, landing
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import Clock, local
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.lock_owner import refuse_while_running
from zalo_governor.storage.errors import DamagedKeyError, StoreError
from zalo_governor.storage.maintenance.after_restore import Gone, gone_in, look_ahead
from zalo_governor.storage.migrations import check_known
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.security.crypto import Keys, keep_master_key, master_key
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system.atomic_files import replace_file


class Restored(NamedTuple):
    """Result of a restore: which backup was restored, what was removed again, where the replaced database is kept."""

    made_at: datetime
    """When the backup was made."""
    end: End
    settings: Settings
    """Settings of the restored installation."""
    rebuilt: Rebuilt
    known_until: str | None
    """Name of the newer data (replaced database or later backup) that listed what was sealed or erased, or None."""
    kept: str | None
    """File or schema name under which the replaced database is kept; None if there was none."""


def restore(
    path: Path,
    code: RecoveryCode,
    settings_file: Path,
    clock: Clock,
    looking: Looking,
    steps: Steps,
    *,
    replace: bool,
    altered_audit: bool = False,
) -> Restored:
    """Restore a backup into the installation that `settings_file` describes.

    Settings and configuration files that exist are kept; missing ones, also `settings_file`, come from the backup.
    Content that was sealed (removed as a possible state secret) or erased after the backup was made is removed again.
    `looking` makes the check for state secrets; with `replace`, a database that holds data is moved aside; with
    `altered_audit`, an audit log that had been altered before the backup was made is accepted.

    Raises:
        BackupError: the restore was refused and nothing was changed; the message says why.
        RunningError: a bot process or the panel uses the present database; nothing was changed.
    """
    read = survey(path, code, steps.check)
    check_known(read.manifest.form)
    stamp = f"{local(clock()):%Y%m%d-%H%M%S}"
    with reporting_malformed(path):
        settings = _load_settings_for(read, settings_file)
        master = b64decode(read.manifest.key, validate=True)
        made_at = datetime.fromisoformat(read.manifest.made_at)
        keys = Keys(master)
    before = _PresentInstallation(settings, keys, clock, master)
    before.check(replace=replace)
    gone, known_until = before.read_removals()
    later, name = removals_of_later_backup(path, code, read.manifest)
    gone = Gone(later.sealed | gone.sealed, later.erased | gone.erased)
    with closing(landing(settings.sqlalchemy_url, stamp, keys, clock)) as place:
        with closing(Database(place.url, keys, clock)) as database:
            rules = Rules(settings, looking)
            try:
                rebuilt = rebuild(database, path, code, read, rules, gone, steps, altered_audit=altered_audit)
            except WrongRulesError as error:
                _restore_config(read, settings)
                raise BackupError(
                    f"Bộ quy tắc trong bản sao lưu có lỗi:\n{error}\nĐã chép bộ ấy ra, chưa thay đổi gì khác: đề nghị "
                    "sửa tệp được nêu rồi gõ lại lệnh."
                ) from None
            with database.write() as connection:
                look_ahead(connection, clock())
            _append_audit_entry(database, read, clock(), rebuilt)
            # A backup cannot contain the record that it was made.
            made = LastBackup(at=made_at, name=path.name, audit_faults=rebuilt.audit_faults)
            note_backup(SecretStore(database), made)
        kept = before.replace_with(stamp, place)
    _restore_missing_files(read, settings, settings_file)
    return Restored(made_at, read.end, settings, rebuilt, known_until or name, kept)


def refuse_to_overwrite(settings: Settings, clock: Clock, *, replace: bool) -> None:
    """Raise an error if a bot or the panel uses the present database, or if it holds data and `replace` is False.

    Raises:
        BackupError: it holds data or cannot be read; the message says how to replace it.
        RunningError: a bot process or the panel uses it.
    """
    file = _file_of(settings)
    if file is not None and not file.exists():
        return
    # Nothing is decrypted, so that this can be checked before the recovery code gives the key.
    database = Database(settings.sqlalchemy_url, Keys(bytes(32)), clock)
    try:
        refuse_while_running(database, panel=True)
        if not replace and not is_empty(database):
            raise BackupError(
                "Cơ sở dữ liệu ở nơi khôi phục đã có dữ liệu; chưa thay đổi gì. Nếu muốn thay bằng bản sao lưu, "
                "thêm --replace: cơ sở dữ liệu hiện có được đổi tên thành …truoc-…, không bị xóa."
            )
    except StoreError:
        if not replace:
            raise BackupError(
                "Không đọc được cơ sở dữ liệu ở nơi khôi phục; thêm --replace để thay; cơ sở dữ "
                "liệu ấy được đổi tên thành …truoc-…, không bị xóa."
            ) from None
    finally:
        database.close()


def _file_of(settings: Settings) -> Path | None:
    url = settings.sqlalchemy_url
    return Path(url.partition(":///")[2]) if url.startswith("sqlite") else None


class _PresentInstallation:
    """The database and key file that are there before a restore and will be replaced; either may be missing.

    `master` is the encryption key in the backup, which replaces the present one; `keys` are derived from it.
    """

    def __init__(self, settings: Settings, keys: Keys, clock: Clock, master: bytes) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._master = master
        file = _file_of(settings)
        self._exists = file is None or file.exists()
        self._key = self._read_key()
        self._same_key = self._key in {None, b"", master}

    def check(self, *, replace: bool) -> None:
        """Check that the present database and key may be replaced; a database that holds data may be only if `replace`.

        Raises:
            BackupError: they must not be replaced; the message says why.
            RunningError: a bot process or the panel uses the database.
        """
        if self._settings.given_key and self._key != self._master:
            raise BackupError(
                "Biến môi trường ZALO_GOVERNOR_KEY đang giữ khóa khác với khóa trong bản sao lưu; đề nghị bỏ biến này "
                "hoặc đặt đúng khóa, rồi làm lại."
            )
        refuse_to_overwrite(self._settings, self._clock, replace=replace)

    def read_removals(self) -> tuple[Gone, str | None]:
        """Return what the present database records as sealed (a possible state secret) or erased, to remove it again.

        The second result is the Vietnamese name of this source, for the report. The results are empty and None if the
        database belongs to another installation, is empty or cannot be read.
        """
        nothing = Gone({}, {})
        if not self._exists or not self._same_key:
            return nothing, None
        database = self._open_database()
        try:
            if is_empty(database):
                return nothing, None
            database.migrate()
            return gone_in(database), "cơ sở dữ liệu trước khi khôi phục"
        except StoreError:
            return nothing, None
        finally:
            database.close()

    def replace_with(self, stamp: str, place: StagingFolder) -> str | None:
        """Replace the present database and key file by the restored ones; return where the old database is kept.

        The result is None if there was no database. `place` holds the restored database; `stamp` is a time that becomes
        part of the names of the kept copies.
        """
        path = self._settings.key_path
        if not self._settings.given_key:
            if path.exists() and self._key != self._master:
                # The key file must exist at every moment: without one, the program would create a new, useless key.
                path.with_name(f"{path.name}.truoc-{stamp}").hardlink_to(path)
                replace_file(path, b64encode(self._master) + b"\n", mode=0o600)
            elif not path.exists():
                keep_master_key(path, self._master)
        return place.swap(stamp)

    def _open_database(self) -> Database:
        return Database(self._settings.sqlalchemy_url, self._keys, self._clock)

    def _read_key(self) -> bytes | None:
        """Return the present key; None if there is none, b"" if the key file was damaged."""
        stated = self._settings.given_key
        path = self._settings.key_path
        if not stated and not path.exists():
            return None
        try:
            return master_key(path, stated)
        except DamagedKeyError:
            return b""


def _load_settings_for(read: Survey, settings_file: Path) -> Settings:
    """Load `settings_file`; if it does not exist, load the settings that the backup `read` contains."""
    content = read.files[SETTINGS]
    if settings_file.exists():
        return load_settings(settings_file)
    draft = settings_file.with_name(f".{settings_file.name}.khoi-phuc")
    settings_file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(draft, content, mode=0o600)
    try:
        return load_settings(draft)
    finally:
        draft.unlink()


def _append_audit_entry(database: Database, read: Survey, now: datetime, rebuilt: Rebuilt) -> None:
    detail = {"made_at": read.manifest.made_at, "rows": read.end.rows, **rebuilt._asdict()}
    with UnitsOfWork(database).begin() as uow:
        uow.audit.append("database.restored", at=now, group_id=NO_GROUP, detail=detail)


def _restore_missing_files(read: Survey, settings: Settings, settings_file: Path) -> None:
    """Write the settings file and the configuration folder from the backup `read`, each only if it is missing."""
    _restore_config(read, settings)
    if not settings_file.exists():
        replace_file(settings_file, read.files[SETTINGS], mode=0o600)


def _restore_config(read: Survey, settings: Settings) -> None:
    if settings.config_dir is not None and not settings.config_dir.exists():
        # Renamed only when complete, since a repeated restore keeps a folder that exists.
        draft = settings.config_dir.with_name(f".{settings.config_dir.name}.khoi-phuc")
        draft.mkdir(parents=True, exist_ok=True)
        write_config(read, draft)
        draft.rename(settings.config_dir)
