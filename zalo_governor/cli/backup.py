"""`zalo-governor backup`: write a backup of the whole installation into one encrypted file, while the bot runs."""

import sys
from collections.abc import Container
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.app.configuration import load_configuration
from zalo_governor.app.context import Installation, open_installation
from zalo_governor.backup.copy_targets import shares_disk
from zalo_governor.backup.copying import Copying
from zalo_governor.backup.create import Backup, Backups, give_up_oldest
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.progress import steps
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.formatter import number

_MOST_NAMED = 5
_WITH_SEALED = " (còn chú thích của tin không được lưu)"


def backup(
    place: Annotated[
        Path | None,
        typer.Argument(metavar="NƠI", help="Nơi ghi: thư mục hoặc tệp .zgbackup; bỏ trống thì theo tệp cấu hình."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Số bản mới nhất được giữ trong thư mục; bỏ trống thì theo tệp cấu hình."),
    ] = None,
    new_code: Annotated[
        bool, typer.Option("--new-code", help="Tạo mã khôi phục mới và hiện một lần duy nhất.")
    ] = False,
    copies: Annotated[
        bool,
        typer.Option(
            "--copy/--no-copy",
            help="Chép hoặc không chép bản sao lưu ra ngoài máy, đến những nơi nêu ở backup.copy_to.",
        ),
    ] = True,
) -> None:
    """Sao lưu mọi dữ liệu, cấu hình vào một tệp mã hóa, đọc lại để kiểm tra, rồi chép ra ngoài máy.

    Không chép được ra ngoài máy thì mã thoát là 1; bản sao lưu trên máy vẫn còn.
    """
    settings = load_settings(config)
    _warn_of_wrong_rules(settings)
    with closing(open_installation(settings, system_clock)) as records:
        backups = Backups(settings, config, records.database, system_clock)
        code = backups.code()
        if new_code or (code is None and sys.stdin.isatty()):
            code = _print_new_code(RecoveryCode.new())
            backups.keep_code(code)
        if code is None:
            raise BackupError(
                "Chưa có mã khôi phục. Đề nghị gõ một lần trong cửa sổ dòng lệnh: zalo-governor backup --new-code, "
                "rồi chép mã hiện ra vào giấy, cất ở két."
            )
        with steps("Ghi", "Đọc lại", total=backups.rows()) as (written, checked):
            made = backups.make(
                place or settings.backup_folder, code, records.account, written=written, checked=checked
            )
        _say_what_was_made(made, code)
        # If a file was named instead of a folder, its neighbours may be backups that must not be deleted.
        outdated = [name for name in backups.outdated() if name != made.path.name]
        if place is None or place.is_dir():
            for gone in give_up_oldest(made.path, keep or settings.backup.keep, outdated):
                say(f"Đã xóa bản cũ: {gone.name}{_WITH_SEALED if gone.name in outdated else ''}")
        copied = _copy(records, made.path, outdated) if copies else True
    if not settings.backup.copy_targets:
        _say_where_it_lies(made.path, settings.data_dir)
    if not copied:
        raise typer.Exit(ExitCode.FAILURE)


def _warn_of_wrong_rules(settings: Settings) -> None:
    """Print what is wrong with the rules and texts; the backup is made all the same, with the files as they are."""
    try:
        load_configuration(settings)
    except ConfigError as error:
        say(f"Bộ quy tắc, câu chữ đang có lỗi, cần sửa:\n{error}\nVẫn sao lưu, với các tệp như đang có.", err=True)


def _say_what_was_made(made: Backup, code: RecoveryCode) -> None:
    megabytes = f"{made.size / 1e6:.1f}".replace(".", ",")
    say(
        f"Đã sao lưu: {made.path.resolve()} ({number(made.end.rows)} dòng dữ liệu, {megabytes} MB), đã đọc lại và khớp."
    )
    if made.unscanned:
        sent = ", ".join(f"{local(at):%H:%M %d/%m/%Y}" for at in made.unscanned[:_MOST_NAMED])
        more = ", …" if len(made.unscanned) > _MOST_NAMED else ""
        say(
            f"Bản này có chú thích, tên tệp của {len(made.unscanned)} tin mà tệp, ảnh chưa quét xong (gửi lúc {sent}"
            f"{more}). Quét ra dấu hiệu bí mật nhà nước thì lần sao lưu sau thay và xóa bản này (docs/sao-luu.md)."
        )
    if made.audit_faults:
        say(
            f"CẢNH BÁO: nhật ký kiểm tra không toàn vẹn ở {made.audit_faults} chỗ; xem từng chỗ bằng: zalo-governor "
            "audit verify. Khôi phục bản này phải thêm --altered-audit. Đề nghị báo Quản trị Nhóm và giữ lại các bản "
            "sao lưu cũ (docs/sao-luu.md).",
            err=True,
        )
    say(f"Mở được bằng mã khôi phục {code.mark}. Mã đối chiếu nhật ký: {made.end.audit_head or 'chưa có'}.")


def _copy(records: Installation, path: Path, outdated: Container[str]) -> bool:
    """Copy a backup to the targets off this machine, printing the result of each; return whether all succeeded."""
    settings, good = records.settings, True
    for result in Copying(settings.backup, settings.data_dir, records.vault, records.clock).copy(path, outdated):
        if result.error:
            good = False
            say(f"Chưa sao lưu được ra ngoài máy ({result.target}): {result.error}", err=True)
        else:
            say(f"Đã sao lưu ra ngoài máy: {result.target}; đã đọc lại và khớp.")
            for name in result.deleted:
                say(f"Đã xóa bản cũ ở {result.target}: {name}")
    return good


def _say_where_it_lies(path: Path, data_dir: Path) -> None:
    if shares_disk(path, data_dir):
        where = "Bản này nằm trên chính máy này, cùng ổ đĩa với dữ liệu: mất máy là mất cả dữ liệu lẫn bản sao lưu."
    else:
        where = "Bản này nằm trên ổ đĩa khác với dữ liệu, nhưng Hệ thống không biết ổ đĩa ấy có ở ngoài máy hay không."
    say(f"{where} Đề nghị khai nơi sao lưu ra ngoài máy ở mục backup.copy_to (docs/giam-sat-tu-xa.md).")


def _print_new_code(code: RecoveryCode) -> RecoveryCode:
    """Print a new recovery code (the secret that decrypts backups) for the operator to write down, and return it.

    On a terminal, ask the operator to type its last group of characters, until they are right.
    """
    say(f"Mã khôi phục {code.mark} (chỉ hiện một lần này):\n\n    {code}\n")
    say(
        "Không có mã này thì không ai mở được bản sao lưu. Đề nghị chép ra giấy, ghi cả ký hiệu "
        f"{code.mark}, cho vào phong bì niêm phong và cất ở két của cơ quan; không để trên máy này."
    )
    last = str(code).rpartition("-")[2]
    while sys.stdin.isatty() and typer.prompt("Gõ lại nhóm cuối cùng của mã vừa chép").strip().upper() != last:
        say("Chưa đúng; đề nghị xem lại bản vừa chép.")
    return code
