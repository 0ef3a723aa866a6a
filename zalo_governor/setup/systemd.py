"""The systemd units of an installation, hardened, as text; and writing them.

Everything that systemd can keep from a program that only listens to the network and writes into one folder, it keeps
from it. `systemd-analyze security --offline=true` measures what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zalo_governor.config import KEY_CREDENTIAL, SMTP_CREDENTIAL
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.system import atomic_files
from zalo_governor.system.error_text import of_system

NAME = "zalo-governor"
FINAL_EXIT_CODES = "2 6"
"""Wrong configuration, login refused: a new start would end in the same way, and Zalo dislikes being asked again."""

_UNSEEN = tuple(Path(place) for place in ("/home", "/root", "/run/user", "/tmp", "/var/tmp"))  # noqa: S108
"""What ProtectHome= and PrivateTmp= hide from the service."""

_HARDENING = """\
UMask=0077
LimitCORE=0
TasksMax=256
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
PrivateIPC=yes
DevicePolicy=closed
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


class ServiceError(GovernorError):
    """The units could not be written."""


@dataclass(frozen=True)
class Installation:
    """Where things stand; all paths absolute."""

    python: Path
    """That of the environment in which the program is installed."""
    base: Path
    """Where that Python itself comes from."""
    config: Path
    data_dir: Path
    session_file: Path
    backup_dir: Path
    user: str = NAME
    key_credential: Path | None = None
    """A key outside of data_dir; with the ending .cred one that systemd-creds has encrypted."""
    smtp_credential: Path | None = None


def files(installation: Installation) -> Mapping[str, str]:
    """Path below /etc -> content.

    Raises:
        ConfigError: something that the service needs lies where it could not see it.
    """
    _require_seen(installation)
    return {
        f"systemd/system/{NAME}.service": _bot(installation),
        f"systemd/system/{NAME}-backup.service": _backup(installation),
        f"systemd/system/{NAME}-backup.timer": _TIMER,
        f"sysusers.d/{NAME}.conf": f'u {installation.user} - "Zalo Governor" - -\n',
        f"tmpfiles.d/{NAME}.conf": _owned(installation),
    }


def write(contents: Mapping[str, str], etc: Path) -> list[Path]:
    """Write each file whole or not at all; gives their paths.

    Raises:
        ServiceError: the folder cannot be written.
    """
    written = []
    for name, content in contents.items():
        path = etc / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_files.replace_file(path, content.encode(), mode=0o644)
        except OSError as error:
            raise ServiceError(f"{path}: không ghi được ({of_system(error)}); chạy lại bằng sudo") from None
        written.append(path)
    return written


def _require_seen(installation: Installation) -> None:
    needed = {
        "Python": installation.python,
        "Python (bản gốc)": installation.base,
        "--config": installation.config,
        "data_dir": installation.data_dir,
        "--backup-dir": installation.backup_dir,
    }
    for what, path in needed.items():
        for unseen in _UNSEEN:
            if path.is_relative_to(unseen):
                raise ConfigError(
                    f"{what}: {path} nằm trong {unseen}, nơi dịch vụ không nhìn thấy; chuyển sang /opt hoặc /srv rồi "
                    "chạy lại"
                )


def _bot(installation: Installation) -> str:
    return f"""\
# zalo-governor install-service. Muốn đổi: systemctl edit {NAME}
[Unit]
Description=Zalo Governor
Wants=network-online.target
After=network-online.target time-sync.target postgresql.service
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={_command(installation, "run")}
WorkingDirectory={_bare(installation.config.parent)}
User={installation.user}
Group={installation.user}
Restart=on-failure
RestartSec=30
RestartPreventExitStatus={FINAL_EXIT_CODES}
WatchdogSec=120
TimeoutStopSec=30
{_credentials(installation)}ReadWritePaths={_path(installation.data_dir)}
{_HARDENING}
[Install]
WantedBy=multi-user.target
"""


def _backup(installation: Installation) -> str:
    return f"""\
# zalo-governor install-service. Muốn đổi: systemctl edit {NAME}-backup
[Unit]
Description=Zalo Governor: sao lưu

[Service]
Type=oneshot
ExecStart={_command(installation, "backup", installation.backup_dir)}
WorkingDirectory={_bare(installation.config.parent)}
User={installation.user}
Group={installation.user}
{_credentials(installation)}ReadWritePaths={_path(installation.data_dir)} {_path(installation.backup_dir)}
{_HARDENING}"""


_TIMER = f"""\
# zalo-governor install-service. Muốn đổi: systemctl edit {NAME}-backup.timer
[Unit]
Description=Zalo Governor: sao lưu hằng đêm

[Timer]
OnCalendar=*-*-* 02:45:00 Asia/Ho_Chi_Minh
Persistent=yes

[Install]
WantedBy=timers.target
"""


def _owned(installation: Installation) -> str:
    user = installation.user
    rows = [
        f"d {_path(installation.data_dir)} 0700 {user} {user} -",
        f"Z {_path(installation.data_dir)} - {user} {user} -",
        f"d {_path(installation.backup_dir)} 0700 {user} {user} -",
        f"z {_path(installation.config)} 0640 root {user} -",
        f"z {_path(installation.session_file)} 0600 {user} {user} -",
    ]
    return "\n".join(rows) + "\n"


def _credentials(installation: Installation) -> str:
    given = {KEY_CREDENTIAL: installation.key_credential, SMTP_CREDENTIAL: installation.smtp_credential}
    rows = [
        f"{'LoadCredentialEncrypted' if path.suffix == '.cred' else 'LoadCredential'}={name}:{_bare(path)}\n"
        for name, path in given.items()
        if path
    ]
    return "".join(rows)


def _command(installation: Installation, command: str, *arguments: Path) -> str:
    words = [_path(installation.python), "-m", "zalo_governor", command, *map(_path, arguments)]
    return " ".join([*words, "--config", _path(installation.config)])


def _path(path: Path) -> str:
    """As a word among others: a blank ends one."""
    text = _bare(path).replace("\\", "\\\\")
    return f'"{text}"' if " " in text else text


def _bare(path: Path) -> str:
    """As the whole of a value: a % begins a specifier in a unit file."""
    return str(path).replace("%", "%%")
