"""`zalo-governor upgrade`: migrate the database to this version's schema, keeping a copy of the old database."""

from contextlib import closing
from pathlib import Path

from zalo_governor.app.configuration import load_configuration
from zalo_governor.app.context import load_keys, refuse_lost_database
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.lock_owner import refuse_while_running
from zalo_governor.storage.migrations import check_known, newest
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.system.atomic_files import sync_folder


def upgrade(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Nâng cấp cơ sở dữ liệu: kiểm tra quy tắc, chép thêm một bản, chuyển sang cấu trúc mới rồi kiểm tra."""
    settings = load_settings(config)
    load_configuration(settings)
    refuse_lost_database(settings)
    with closing(Database(settings.sqlalchemy_url, load_keys(settings), system_clock)) as database:
        refuse_while_running(database)
        form, audit = database.form(), SqlAuditLog(database)
        if form:
            check_known(form)
        before = len(audit.verify().faults) if form else 0
        copy = database.migrate()
        faults = len(audit.verify().faults)
    if faults > before:
        _restore_copy(copy, database.file)
        raise BackupError(
            f"Nhật ký kiểm tra không toàn vẹn ở {faults} chỗ (xem: zalo-governor audit verify)."
            + (" Đã khôi phục cơ sở dữ liệu như trước khi nâng cấp." if copy else "")
        )
    if form in {None, newest()}:
        say(f"Cơ sở dữ liệu có cấu trúc (schema) {newest()}, đúng với phiên bản này; không có gì phải nâng cấp.")
    else:
        say(f"Đã chuyển cơ sở dữ liệu từ cấu trúc (schema) {form} sang {newest()}.")
    if copy:
        say(f"Bản chép cơ sở dữ liệu trước khi nâng cấp: {copy}. Đề nghị xóa khi Hệ thống đã chạy ổn định.")
    say("Quy tắc, câu chữ đọc được.")
    if faults:  # Nobody can mend them, and an office must be able to install a version that mends a fault of ours.
        say(
            f"CẢNH BÁO: nhật ký kiểm tra không toàn vẹn ở {faults} chỗ từ trước khi nâng cấp; các chỗ ấy giữ nguyên "
            "(xem: zalo-governor audit verify)."
        )
    else:
        say("Nhật ký kiểm tra toàn vẹn.")


def _restore_copy(copy: Path | None, file: Path | None) -> None:
    if copy is None or file is None:
        return
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    copy.replace(file)
    sync_folder(file.parent)
