"""`zalo-governor backup`: write a backup of the whole installation into one encrypted file, while the bot runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.app.context import open_records
from zalo_governor.backup.create import Backups, give_up_oldest
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.progress import steps
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock


def backup(
    place: Annotated[
        Path | None,
        typer.Argument(metavar="NƠI", help="Thư mục, hoặc tệp có đuôi .zgbackup; không ghi thì theo tệp thiết đặt."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Số bản mới nhất được giữ trong thư mục; không ghi thì theo tệp thiết đặt."),
    ] = None,
    new_code: Annotated[
        bool, typer.Option("--new-code", help="Tạo mã khôi phục mới và in ra một lần duy nhất.")
    ] = False,
) -> None:
    """Sao lưu cơ sở dữ liệu, khóa, thiết đặt và bản cấu hình vào một tệp mã hóa, rồi đọc lại tệp ấy để kiểm tra."""
    settings = load_settings(config)
    records = open_records(settings, system_clock)
    try:
        backups = Backups(settings, config, records.database, system_clock)
        code = backups.code()
        if new_code or (code is None and sys.stdin.isatty()):
            code = _print_new_code(RecoveryCode.new())
            backups.keep_code(code)
        if code is None:
            raise BackupError(
                "Chưa có mã khôi phục. Đề nghị chạy một lần trên màn hình: zalo-governor backup --new-code, "
                "rồi cất mã được in ra."
            )
        with steps("Ghi", "Đọc lại", total=backups.rows()) as (written, checked):
            made = backups.make(
                place or settings.backup_folder, code, records.account, written=written, checked=checked
            )
    finally:
        records.close()
    megabytes = f"{made.size / 1e6:.1f}".replace(".", ",")
    typer.echo(f"Đã sao lưu: {made.path} ({made.end.rows} dòng, {megabytes} MB), đã đọc lại và khớp.")
    typer.echo(f"Mở được bằng mã khôi phục {code.mark}. Mã cuối nhật ký kiểm tra: {made.end.audit_head or 'chưa có'}.")
    # If a file was named instead of a folder, its neighbours may be backups that must not be deleted.
    if place is None or place.is_dir():
        for gone in give_up_oldest(made.path.parent, keep or settings.backup.keep):
            typer.echo(f"Đã xóa bản cũ: {gone.name}")


def _print_new_code(code: RecoveryCode) -> RecoveryCode:
    """Print a new recovery code (the secret that decrypts backups) for the operator to write down, and return it.

    On a terminal, ask the operator to type its last group of characters, until they are right.
    """
    typer.echo(f"Mã khôi phục {code.mark} (chỉ hiện một lần này):\n\n    {code}\n")
    typer.echo(
        "Không có mã này thì không ai mở được bản sao lưu. Đề nghị chép ra giấy, ghi cả ký hiệu "
        f"{code.mark}, cho vào phong bì niêm phong và cất ở két của cơ quan; không để trên máy này."
    )
    last = str(code).rpartition("-")[2]
    while sys.stdin.isatty() and typer.prompt("Gõ lại nhóm cuối cùng của mã vừa chép").strip().upper() != last:
        typer.echo("Chưa đúng; đề nghị xem lại bản vừa chép.")
    return code
