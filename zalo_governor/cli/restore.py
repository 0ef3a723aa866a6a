"""`zalo-governor restore`: restore a backup on this or another machine, into SQLite or PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.backup.encrypted_file import BackupError, read_head
from zalo_governor.backup.rebuild import Rebuilt, Steps
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.backup.rehearsal import Rehearsal, rehearse
from zalo_governor.backup.restore import Restored, refuse_to_overwrite
from zalo_governor.backup.restore import restore as put_back
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.progress import steps
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.messaging.formatter import number
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.system.error_text import of_system

_CODE_VARIABLE = "ZALO_GOVERNOR_RECOVERY_CODE"


def restore(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp sao lưu.", dir_okay=False)],
    config: ConfigFile = DEFAULT_CONFIG,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Thay cơ sở dữ liệu đang có bằng bản sao lưu; bản đang có được đổi tên thành …truoc-…, không bị xóa.",
        ),
    ] = False,
    altered_audit: Annotated[
        bool,
        typer.Option(
            "--altered-audit", help="Vẫn khôi phục khi nhật ký kiểm tra đã bị sửa từ trước khi sao lưu; không sửa lại."
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Chỉ diễn tập: dựng thử ở thư mục tạm rồi xóa, không thay đổi gì.")
    ] = False,
) -> None:
    """Khôi phục từ bản sao lưu: dựng và kiểm tra ở thư mục tạm, xong mới thay cơ sở dữ liệu đang có."""
    if check and replace:
        raise ConfigError("--check, --replace: chỉ dùng một trong hai; --check không thay đổi gì.")
    head = read_head(file)
    if not check and config.exists():
        refuse_to_overwrite(load_settings(config), system_clock, replace=replace)
    typed = os.environ.get(_CODE_VARIABLE) or typer.prompt(f"Mã khôi phục {head.code}")
    code = RecoveryCode.read(typed)
    with steps("Kiểm tra tệp", "Ghi cơ sở dữ liệu", "Rà soát nội dung", total=None) as told:
        given = (file, code, config, system_clock, _make_secret_check, Steps(*told))
        if check:
            lines = list(_rehearsal_sentences(rehearse(*given, altered_audit=altered_audit)))
        else:
            try:
                done = put_back(*given, replace=replace, altered_audit=altered_audit)
            except OSError as error:
                raise BackupError(
                    f"{error.filename or config.parent}: không khôi phục được ở đây ({of_system(error)}). Đề nghị xem "
                    "lại quyền (lệnh này gõ bằng sudo) và chỗ trống của ổ đĩa rồi gõ lại lệnh; nếu khi ấy lệnh báo nơi "
                    "khôi phục đã có dữ liệu thì thêm --replace."
                ) from None
            lines = _sentences(done)
    for line in lines:
        say(line)


def _make_secret_check(settings: Settings, keys: Keys) -> Callable[[RawDict], Seal | None]:
    return SecretGate(load_rulebook(settings.rules_dir).engine.gate_rules, keys.mac).look


def _sentences(done: Restored) -> list[str]:
    lines = [
        f"Đã khôi phục bản sao lưu lúc {local(done.made_at):%H:%M %d/%m/%Y}: {number(done.end.rows)} dòng dữ liệu.",
        "Số dòng, nhật ký kiểm tra và nội dung mã hóa đã được kiểm tra.",
    ]
    if done.rebuilt.audit_faults:
        lines.append(_altered_sentence(done.rebuilt))
    if done.kept:
        lines.append(f"Cơ sở dữ liệu trước đó được giữ ở: {done.kept}")
    if done.known_until:
        lines.append(
            f"Nội dung không được lưu hoặc đã xóa theo lệnh sau bản sao lưu (theo {done.known_until}) đã được loại bỏ "
            f"lại: {done.rebuilt.sealed} tin, {done.rebuilt.erased} người."
        )
    else:
        lines.append(
            f"Đã rà lại mọi nội dung theo quy tắc hiện hành, loại bỏ nội dung không được lưu của {done.rebuilt.sealed} "
            "tin. Không có cơ sở dữ liệu cũ hay bản sao lưu mới hơn để đối chiếu: lệnh xóa dữ liệu cá nhân ban hành "
            "sau bản sao lưu này phải được thực hiện lại (zalo-governor erase)."
        )
    lines.append(
        "Thời gian từ bản sao lưu đến nay được ghi là gián đoạn khi Hệ thống khởi động; tin trong thời gian đó được "
        "lấy lại từ lịch sử của Nhóm nếu Zalo còn giữ. Vụ việc mới được đánh số cách số cuối cùng "
        "ít nhất 100, để không trùng mã đã báo. Báo cáo, tin tổng hợp định kỳ đến hạn trước lúc này không gửi nữa."
    )
    return lines


def _altered_sentence(rebuilt: Rebuilt) -> str:
    return (
        f"Lưu ý: nhật ký kiểm tra không toàn vẹn ở {rebuilt.audit_faults} chỗ, đã bị sửa từ trước khi sao lưu; xem "
        "từng chỗ bằng: zalo-governor audit verify."
    )


def _rehearsal_sentences(done: Rehearsal) -> Iterator[str]:
    yield (
        f"Diễn tập thành công: bản sao lưu lúc {local(done.made_at):%H:%M %d/%m/%Y} khôi phục được, mất "
        f"{max(1, round(done.seconds))} giây."
    )
    yield (
        f"Có {number(done.cases)} vụ việc, {number(done.messages)} tin nhắn, {number(done.end.rows)} "
        f"dòng dữ liệu; nhật ký kiểm tra {'KHÔNG ' if done.rebuilt.audit_faults else ''}toàn vẹn (mã "
        f"đối chiếu {done.end.audit_head or 'chưa có'}), nội dung mã hóa giải mã được."
    )
    if done.rebuilt.audit_faults:
        yield _altered_sentence(done.rebuilt)
    if done.rebuilt.sealed or done.rebuilt.erased:
        yield (
            f"Khi khôi phục, nội dung của {done.rebuilt.sealed} tin và dữ liệu của {done.rebuilt.erased} người sẽ "
            "được loại bỏ lại, vì không được lưu hoặc đã xóa theo lệnh."
        )
    yield "Không thay đổi gì trên máy này; bản dựng thử đã xóa."
    if done.remembered:
        yield "Đã ghi nhận ngày diễn tập; quá 90 ngày thì zalo-governor doctor nhắc."
    else:
        yield "Không ghi nhận ngày diễn tập, vì bản sao lưu này không phải của Hệ thống cài trên máy này."
