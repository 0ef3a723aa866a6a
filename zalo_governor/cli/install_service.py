"""`zalo-governor install-service`: run the bot under systemd, with no more rights than it needs."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.service import NAME, Installation, ServiceError, files, write
from zalo_governor.settings import load_settings

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
        bool, typer.Option("--print", "--dry-run", help="Show the files, and write and change nothing.")
    ] = False,
    backup_dir: Annotated[Path, typer.Option(help="Where the nightly backup goes.")] = Path("/var/backups") / NAME,
    user: Annotated[str, typer.Option(help="The service's own user; made where it is missing.")] = NAME,
    key_credential: Annotated[
        Path | None,
        typer.Option(help="The key as a credential; .cred: encrypted by systemd-creds. Default: the key file."),
    ] = None,
    smtp_credential: Annotated[
        Path | None, typer.Option(help="The mail password as a credential; .cred: encrypted by systemd-creds.")
    ] = None,
    etc: Annotated[Path, typer.Option(help="Write below this folder; for /etc alone systemd is told.")] = _ETC,
) -> None:
    """Write hardened systemd units for the bot and its nightly backup."""
    settings = load_settings(config)
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
    for path in write(made, etc):
        typer.echo(f"đã ghi {path}")
    told = etc == _ETC and _SYSTEMD_RUNS.is_dir()
    for command in _AFTERWARDS:
        typer.echo(f"{'đã chạy' if told else 'cần chạy'}: {' '.join(command)}")
        if told:
            _run(command)
    typer.echo(f"Chạy ngay và mỗi lần máy khởi động: systemctl enable --now {NAME}.service {NAME}-backup.timer")
    typer.echo(f"Xem đang chạy thế nào: systemctl status {NAME}; xem nhật ký: journalctl -u {NAME}")


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True)  # noqa: S603  fixed words
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"{' '.join(command)}: {type(error).__name__}; chạy lại lệnh này bằng sudo") from None
