"""Rebuilding a database from a backup: inserting its rows, verifying them, removing what must not come back."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import func, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError

from zalo_governor.backup.archive import Manifest, Progress, Survey, batches, not_whole
from zalo_governor.backup.create import CONFIG, SUFFIX
from zalo_governor.backup.encrypted_file import BackupError, read_head
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.config.settings import Settings
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.after_restore import Gone, seal_what_is_found
from zalo_governor.storage.maintenance.dump import go_on_counting, put_back
from zalo_governor.storage.maintenance.erasure import erase
from zalo_governor.storage.maintenance.quote_removal import remove_quotations
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS, seal_stored
from zalo_governor.storage.schema import erasures, persons
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.system.atomic_files import replace_file

Looking = Callable[[Settings, Keys], Callable[[RawDict], Seal | None]]
"""Function that makes, from settings and keys, the check for state secrets: raw message -> Seal, or None if harmless.
"""


class WrongRulesError(ConfigError):
    """The rules in the backup cannot be loaded; the message names the files as they are called once restored."""


class Steps(NamedTuple):
    """Progress callbacks of a restore, each called with the number of rows processed since its previous call.

    `check`: the backup is verified; `load`: its rows are inserted; `look`: messages are searched for state secrets.
    """

    check: Progress
    load: Progress
    look: Progress


class Rules(NamedTuple):
    """What is needed to search a rebuilt database for state secrets: settings, and the maker of the check."""

    settings: Settings
    """Settings that name the configuration folder; if that is missing, the folder in the backup is used."""
    looking: Looking


class Rebuilt(NamedTuple):
    """Result of `rebuild`: what was removed again, and what is wrong with the audit log."""

    sealed: int
    """Number of messages whose content was removed: sealed after the backup was made, or by today's rules."""
    erased: int
    """Number of people whose data were erased, as a written order had demanded after the backup was made."""
    audit_faults: int
    """Number of places at which the audit log had been altered before the backup was made."""


def rebuild(
    database: Database,
    path: Path,
    code: RecoveryCode,
    read: Survey,
    rules: Rules,
    gone: Gone,
    steps: Steps,
    *,
    altered_audit: bool,
) -> Rebuilt:
    """Fill an empty database with the rows of a backup, verify it, and remove what was sealed or erased since.

    `read` is the backup's content without rows, `gone` what was sealed (removed as a possible state secret) or erased
    after the backup was made. With `altered_audit`, an audit log that had been altered before the backup was made is
    accepted.

    Raises:
        BackupError: the backup is malformed, or what was rebuilt differs from what it states.
        WrongRulesError: the backup's rules are needed and wrong.
    """
    with reporting_malformed(path):
        _load_rows(database, path, code, read, steps.load)
    faults = _verify(database, read, altered_audit=altered_audit)
    with _settings_with_rules(read, rules.settings) as settings:
        look = rules.looking(settings, database.keys)
    return Rebuilt(*_take_away(database, gone, look, steps.look, database.clock()), faults)


@contextmanager
def reporting_malformed(path: Path) -> Iterator[None]:
    """Context manager that turns errors caused by malformed content of the backup `path` into BackupError.

    A file that decrypts may still be malformed, since anyone with the recovery code can forge one.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, SQLAlchemyError):
        raise not_whole(path) from None


def removals_of_later_backup(path: Path, code: RecoveryCode, manifest: Manifest) -> tuple[Gone, str | None]:
    """Return what the newest readable later backup in the same folder records as sealed or erased, and its file name.

    Sealed means: removed as a possible state secret. Only backups with the same recovery code are considered; if there
    is none, the results are empty and None. `manifest` is the first line of the backup to restore.
    """
    nothing: tuple[Gone, str | None] = (Gone({}, {}), None)
    later = []
    for other in path.parent.glob(f"*{SUFFIX}"):
        try:
            head = read_head(other)
        except BackupError:
            continue
        if head.code == code.mark and head.made_at > manifest.made_at:
            later.append((head.made_at, other))
    for _, other in sorted(later, reverse=True):
        try:
            return _read_removals_of_backup(other, code), other.name
        except BackupError:
            continue
    return nothing


def _read_removals_of_backup(path: Path, code: RecoveryCode) -> Gone:
    gone = Gone({}, {})
    for shape, rows in batches(path, code):
        if shape.table == "inbox":
            id_, *seal = (shape.columns.index(name) for name in ("id", *SEAL_COLUMNS))
            for row in rows:
                if row[seal[0]] is not None:
                    values = [row[place] for place in seal]
                    values[SEAL_COLUMNS.index("seal_mac")] = b64decode(values[SEAL_COLUMNS.index("seal_mac")])
                    gone.sealed[row[id_]] = tuple(values)
        elif shape.table == "erasures":
            person, at, order = (shape.columns.index(name) for name in ("person_id", "at_ms", "by_order"))
            gone.erased.update({row[person]: (row[at], row[order]) for row in rows})
    return gone


def _load_rows(database: Database, path: Path, code: RecoveryCode, read: Survey, progress: Progress) -> None:
    database.make_tables(read.manifest.form)
    with database.write() as connection:
        there = set(inspect(connection).get_table_names())
        for shape, rows in batches(path, code):
            if shape.table not in there:
                raise not_whole(path)
            put_back(connection, shape, rows)
            progress(len(rows))
        # Before the migration, which may change the number of rows.
        for name in there & read.end.counts.keys():
            if connection.scalar(select(func.count()).select_from(table(name))) != read.end.counts[name]:
                raise BackupError(f"Số dòng của bảng {name} không khớp với bản sao lưu; chưa thay đổi gì.")
    database.migrate()
    with database.write() as connection:
        go_on_counting(connection)


def _verify(database: Database, read: Survey, *, altered_audit: bool) -> int:
    """Check that the restored data can be decrypted; return at how many places the audit log is not intact.

    Raises:
        BackupError: the audit log differs from that of `read`, or is not intact and `altered_audit` is False.
    """
    with database.read() as connection:
        named = connection.execute(select(persons).where(persons.c.display_name.is_not(None)).limit(20)).all()
    for row in named:
        database.keys.open_text(row.display_name, "person", str(row.id))
    report = SqlAuditLog(database).verify()
    if str(report.head or "") != read.end.audit_head:
        raise BackupError("Nhật ký kiểm tra trong bản sao lưu không khớp mã đối chiếu; chưa thay đổi gì.")
    if report.faults and not altered_audit:
        raise BackupError(
            f"Nhật ký kiểm tra trong bản sao lưu không toàn vẹn ở {len(report.faults)} chỗ: đã bị sửa trước khi sao "
            "lưu; chưa thay đổi gì. Đề nghị dùng bản sao lưu cũ hơn, hoặc thêm --altered-audit để vẫn khôi phục: chỗ "
            "bị sửa giữ nguyên, zalo-governor audit verify vẫn nêu ra (docs/sao-luu.md)."
        )
    return len(report.faults)


def _take_away(
    database: Database, gone: Gone, look: Callable[[RawDict], Seal | None], progress: Progress, now: datetime
) -> tuple[int, int]:
    """Remove from the restored database what was sealed or erased since the backup, and what `look` now finds secret.

    `gone` is what was sealed (removed as a possible state secret) or erased; `now` is recorded as the time of the
    erasures. Returns the number of messages whose content was removed, and of people whose data were erased.
    """
    with database.write() as connection:
        sealed = seal_stored(connection, database.keys, gone.sealed)
        known = persons.c.id.in_(select(erasures.c.person_id)) | persons.c.merged_into.is_not(None)
        left = select(persons.c.id).where(persons.c.id.in_(gone.erased), ~known)
        there = connection.scalars(left.order_by(persons.c.id)).all()
        for person_id in there:
            _, order = gone.erased[person_id]
            erase(connection, database.keys, person_id, order, now)
        database.erase_traces()
    sealed += seal_what_is_found(database, look, progress)
    remove_quotations(database, look)
    # Persons merged into one were erased at the same time by the same order, and count once.
    return sealed, len({gone.erased[person_id] for person_id in there})


@contextmanager
def _settings_with_rules(read: Survey, settings: Settings) -> Iterator[Settings]:
    """Context manager that yields `settings` with a configuration folder that exists, from which rules can be loaded.

    If the folder of the settings is missing, it is a temporary copy of the folder in the backup `read`.
    """
    if settings.config_dir is None or settings.config_dir.exists():
        yield settings
        return
    with TemporaryDirectory() as folder:
        write_config(read, Path(folder))
        try:
            yield settings.model_copy(update={"config_dir": Path(folder)})
        except ConfigError as error:
            raise WrongRulesError(str(error).replace(folder, str(settings.config_dir))) from None


def write_config(read: Survey, folder: Path) -> None:
    """Write the configuration files of the backup `read` into a folder, readable for everybody (mode 0644).

    They are no secrets, and the service, which runs as a user of its own, must read what root restores.
    """
    for name, content in read.files.items():
        inside = folder / name.removeprefix(CONFIG)
        if name.startswith(CONFIG) and inside.resolve().is_relative_to(folder.resolve()):
            inside.parent.mkdir(parents=True, exist_ok=True)
            replace_file(inside, content, mode=0o644)
