"""`zalo-governor install-service`: install systemd units that run the bot with as few rights as possible."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.setup.systemd import NAME, Installation, ServiceError, files, packaged, require_real_zalo, write

_ETC = Path("/etc")
_SYSTEMD_RUNS = Path("/run/systemd/system")
_AFTERWARDS = (
    ["systemd-sysusers", f"{NAME}.conf"],
    ["systemd-tmpfiles", "--create", f"{NAME}.conf"],
    ["systemctl", "daemon-reload"],
)


def install_service(
    config: ConfigFile = DEFAULT_CONFIG,
    print_only: Annotated[
        bool, typer.Option("--print", "--dry-run", help="Chỉ in các tệp ra màn hình, không ghi và không thay đổi gì.")
    ] = False,
    backup_dir: Annotated[Path, typer.Option(help="Thư mục để bản sao lưu mỗi đêm.")] = Path("/var/backups") / NAME,
    user: Annotated[str, typer.Option(help="Tài khoản của máy chủ dùng để chạy dịch vụ; chưa có thì được tạo.")] = NAME,
    key_credential: Annotated[
        Path | None,
        typer.Option(help="Tệp giữ khóa; đuôi .cred là tệp do systemd-creds mã hóa. Không ghi thì dùng tệp khóa."),
    ] = None,
    smtp_credential: Annotated[
        Path | None, typer.Option(help="Tệp giữ mật khẩu hộp thư; đuôi .cred là tệp do systemd-creds mã hóa.")
    ] = None,
    etc: Annotated[Path, typer.Option(help="Thư mục để ghi các tệp; chỉ khi là /etc thì dịch vụ mới được nạp.")] = _ETC,
) -> None:
    """Cài dịch vụ: tạo các tệp systemd để chạy Hệ thống và sao lưu mỗi đêm, với quyền hạn vừa đủ."""
    settings = load_settings(config)
    require_real_zalo(settings, config)
    made = files(
        Installation(
            python=Path(sys.executable),
            base=Path(sys.base_prefix).resolve(),
            config=config.resolve(),
            data_dir=settings.data_dir.resolve(),
            session_file=settings.zalo.session_file.resolve(),
            backup_dir=backup_dir.resolve(),
            user=user,
            key_credential=key_credential and key_credential.resolve(),
            smtp_credential=smtp_credential and smtp_credential.resolve(),
        )
    )
    if print_only:
        for name, content in made.items():
            typer.echo(f"# {etc / name}\n{content}")
        return
    if packaged(made) and not any((etc / name).exists() for name in made):
        say("Gói cài đặt đã có sẵn đúng dịch vụ này; không cần ghi thêm tệp nào.")
    else:
        for path in write(made, etc):
            say(f"đã ghi {path}")
    told = etc == _ETC and _SYSTEMD_RUNS.is_dir()
    for command in _AFTERWARDS:
        say(f"{'đã chạy' if told else 'cần chạy'}: {' '.join(command)}")
        if told:
            _run(command)
    say(f"Chạy ngay và mỗi lần máy khởi động: systemctl enable --now {NAME}.service {NAME}-backup.timer")
    if settings.panel.enabled:
        say(f"Chạy bảng điều khiển: systemctl enable --now {NAME}-panel.service")
    say(f"Xem đang chạy thế nào: systemctl status {NAME}; xem nhật ký chạy: journalctl -u {NAME}")


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True)  # noqa: S603  fixed words
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"{' '.join(command)}: {type(error).__name__}; chạy lại lệnh này bằng sudo") from None
