"""Checks of what is stored on disk: settings, rules, data folder, backups, encryption key, database."""

import os
import pwd
import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from time import time

from zalo_governor.app.configuration import load_short_forms
from zalo_governor.app.context import refuse_lost_database
from zalo_governor.backup.create import is_overdue, last_backup
from zalo_governor.backup.staging import put_aside, schemas_put_aside
from zalo_governor.config.settings_warnings import doubts
from zalo_governor.doctor.check import Result, error, good, note, warning
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.domain.clock import local
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.features.members.roster.positions import Positions
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.setup.config_copy import is_sample, shipped_issuer
from zalo_governor.setup.systemd import unit_of
from zalo_governor.storage.errors import LostDatabaseError, NewerDatabaseError, OlderDatabaseError, WrongKeyError
from zalo_governor.storage.migrations import check_known, newest

_GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_KEEP_COPIES = timedelta(days=14)
_MEND_PEOPLE = "Sửa mục groups, people như đã nêu, hoặc chạy lại zalo-governor init."
_MEND_REGULATION = "Chạy lại zalo-governor init, hoặc sửa number, issued, issuer trong quy-che.yaml của cơ quan."
_MEND_FILE = "Sửa đúng tệp, dòng, mục được nêu rồi chạy lại lệnh này."


def settings(context: DoctorContext) -> Iterator[Result]:
    """Check that governor.yaml can be loaded (each fault is a result); warn of settings that may not be as intended."""
    try:
        known = context.settings
    except ConfigError as wrong:
        for line in str(wrong).splitlines():
            yield error(line, _MEND_FILE)
        return
    yield good(f"{context.config} đọc được")
    for doubt in doubts(known):
        yield warning(doubt, _MEND_PEOPLE)


def rules(context: DoctorContext) -> Iterator[Result]:
    """Check that the files of rules, message texts and word lists can be loaded, also together with the settings.

    Each fault in any file is a result.
    """
    folder = context.settings.rules_dir
    together = (lambda: context.configuration, lambda: Positions.load(folder / "positions.yaml"))
    one_by_one = (
        lambda: load_rulebook(folder),
        lambda: Catalogue.load(folder),
        lambda: ChangeVocabulary.load(folder / "thay-doi-nhom.yaml"),
        lambda: ClarityPolicy.load(folder / "y-kien.yaml"),
        lambda: load_short_forms(folder),
    )
    # Loading the configuration stops at its first fault.
    faults = _faults(together) and _faults((*one_by_one, *together))
    for line in dict.fromkeys(faults):
        yield error(line, _MEND_FILE)
    if not faults:
        yield good(f"Quy tắc, câu chữ, từ điển trong {folder} đọc được")


def _faults(loaders: Iterable[Callable[[], object]]) -> list[str]:
    faults: list[str] = []
    for load in loaders:
        try:
            load()
        except ConfigError as wrong:
            faults += str(wrong).splitlines()
    return faults


def regulation(context: DoctorContext) -> Iterator[Result]:
    """Check that the regulation is the office's own, and not the sample that ships with the program."""
    known = context.configuration.rulebook.regulation
    cited = f"số {known.number} ngày {known.issued_on}, {known.issuer}"
    if not is_sample(known.model_dump()):
        yield good(f"Thông báo dẫn Quy chế {cited}")
    elif known.issuer == shipped_issuer():
        yield warning(
            f"Quy chế còn là bản mẫu ({cited}): thông báo gửi thành viên sẽ dẫn văn bản của cơ quan khác",
            _MEND_REGULATION,
        )
    else:
        yield note(
            f"Quy chế ghi {cited}, số và ngày đúng như bản mẫu kèm chương trình: đề nghị xem lại", _MEND_REGULATION
        )


def folder(context: DoctorContext) -> Iterator[Result]:
    """Check that the data folder is writable, and that only the user who runs the program can access it."""
    place = context.settings.data_dir
    if not place.exists():
        yield note(f"{place} chưa có; được tạo ở lần chạy đầu")
        return
    kept = place.stat()
    owner = _name_of(kept.st_uid)
    if kept.st_uid != os.getuid():
        yield warning(
            f"{place} thuộc tài khoản {owner}, lệnh này đang chạy bằng tài khoản {_name_of(os.getuid())}",
            f"Chạy bằng đúng tài khoản: sudo -u {owner} zalo-governor doctor …",
        )
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield error(f"{place} không ghi được", f"chown -R {_name_of(os.getuid())} {place}")
    elif kept.st_mode & _GROUP_AND_OTHERS:
        yield warning(f"Tài khoản khác trên máy vào được {place}", f"chmod 700 {place}")
    else:
        yield good(f"{place}: chỉ {owner} vào được")


def backup(context: DoctorContext) -> Iterator[Result]:
    """Check that the newest backup is not older than the setting `backup.remind_days` allows."""
    vault, after = context.records.vault, context.settings.backup.remind_after
    last = last_backup(vault)
    said = f"Sao lưu gần nhất lúc {local(last.at):%H:%M %d/%m/%Y} ({last.name})" if last else "Chưa có bản sao lưu nào"
    mend = (
        "Chạy zalo-governor backup (lần đầu: backup --new-code); muốn máy tự làm hằng đêm: "
        f"systemctl enable --now {unit_of(context.config, '-backup')}.timer."
    )
    if is_overdue(vault, context.records.clock(), after):
        yield warning(said if last is None else f"{said}, đã quá hạn", mend)
    elif last is None:
        yield note(said, mend)
    else:
        yield good(said)
    if last and last.audit_faults:
        yield error(
            f"Nhật ký kiểm tra không toàn vẹn ở {last.audit_faults} chỗ lúc sao lưu gần nhất",
            "Xem từng chỗ: zalo-governor audit verify; báo Quản trị Nhóm, giữ lại các bản sao lưu cũ. Khôi phục bản "
            "sao lưu ấy phải thêm --altered-audit.",
        )


def secret_files(context: DoctorContext) -> Iterator[Result]:
    """Check that other users of this machine cannot read the session file (which has cookies) and the database.

    Old copies of the database that `upgrade` or `restore` left are reported too, since they should be deleted.
    """
    known = context.settings
    files = [known.zalo.session_file, known.data_dir / "governor.db"]
    there = [path for path in files if path.exists()]
    for path in there:
        if path.stat().st_mode & _GROUP_AND_OTHERS:
            yield warning(f"Tài khoản khác trên máy đọc được {path}", f"chmod 600 {path}")
    if there and not any(path.stat().st_mode & _GROUP_AND_OTHERS for path in there):
        yield good("Tệp phiên đăng nhập và cơ sở dữ liệu: không ai khác đọc được")
    yield from _earlier_copies(context)


def _earlier_copies(context: DoctorContext) -> Iterator[Result]:
    for path in put_aside(context.settings.data_dir):
        is_new = time() - path.stat().st_mtime < _KEEP_COPIES.total_seconds()
        yield _earlier_copy(str(path), f"rm -r {path}", is_new=is_new)


def _earlier_copy(copy: str, command: str, *, is_new: bool) -> Result:
    says = f"{copy} là bản chép cũ của cơ sở dữ liệu, còn cả nội dung mà về sau không được lưu hoặc đã xóa"
    if is_new:
        return note(f"{says}; xóa khi Hệ thống đã chạy ổn định")
    return warning(says, f"Hệ thống đã chạy ổn định thì xóa: {command}")


def key(context: DoctorContext) -> Iterator[Result]:
    """Check that the encryption key exists, is valid and is not readable by other users."""
    path = context.settings.key_path
    if context.has_key:
        try:
            _ = context.keys
        except ConfigError as wrong:
            yield error(f"Khóa không dùng được: {wrong}", f"Chép lại đúng tệp khóa, rồi: chmod 600 {path}")
            return
        yield good(
            "Khóa mã hóa: do biến môi trường hoặc dịch vụ cung cấp"
            if context.settings.given_key
            else f"Khóa mã hóa: {path}, quyền 0600"
        )
    elif context.has_database and context.settings.database_url is None:
        yield error(
            f"Có cơ sở dữ liệu mà không có tệp khóa {path}",
            "Khôi phục từ bản sao lưu (zalo-governor restore). Không để chương trình tạo khóa mới, "
            "vì dữ liệu cũ sẽ không đọc được.",
        )
    else:
        yield note(f"Chưa có khóa; {path} được tạo ở lần chạy đầu", "Sau đó chép tệp khóa ra nơi cất giữ riêng.")


def database(context: DoctorContext) -> Iterator[Result]:
    """Check that the database is reachable, has a schema version known to this program, and fits the encryption key."""
    try:
        refuse_lost_database(context.settings)
    except LostDatabaseError as lost:
        yield error(str(lost), "Không chạy lệnh nào khác trước khi khôi phục xong.")
        return
    except StoreUnavailableError:
        pass  # Reported below.
    if not context.has_database or not context.has_key:
        yield note("Chưa có cơ sở dữ liệu; được tạo ở lần chạy đầu")
        return
    try:
        form = context.database.form()
        if form is None:
            yield note("Cơ sở dữ liệu còn trống; các bảng được tạo ở lần chạy đầu")
            return
        check_known(form)
        context.database.check_key()
    except StoreUnavailableError as away:
        yield error(str(away), "Kiểm tra PostgreSQL, ổ đĩa và quyền của thư mục dữ liệu.")
        return
    except NewerDatabaseError as newer:
        yield error(f"Cơ sở dữ liệu do phiên bản mới hơn ghi: {newer}", "Cài phiên bản ấy, hoặc khôi phục bản cũ.")
        return
    except OlderDatabaseError as older:
        yield error(f"Cơ sở dữ liệu cũ quá: {older}", "Cài lại bản ấy, hoặc bắt đầu lại với cơ sở dữ liệu mới.")
        return
    except WrongKeyError:
        yield error("Khóa không phải của cơ sở dữ liệu này", "Chép lại tệp khóa đi cùng nó; không tạo khóa mới.")
        return
    if form != newest():
        yield warning(
            f"Cơ sở dữ liệu có cấu trúc (schema) {form}, chương trình này dùng {newest()}",
            "Nâng cấp (tự chép một bản trước): zalo-governor upgrade. Các mục còn lại kiểm tra được sau khi nâng cấp.",
        )
    else:
        yield good(f"Cơ sở dữ liệu có cấu trúc (schema) {form}, đúng khóa")
    since = f"{local(context.clock() - _KEEP_COPIES):%Y%m%d_%H%M%S}"
    for name in schemas_put_aside(context.database):
        yield _earlier_copy(f"Schema {name}", f'DROP SCHEMA "{name}" CASCADE', is_new=name[-len(since) :] > since)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
