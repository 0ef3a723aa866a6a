"""Generating and writing the systemd units of an installation, with as few rights as possible.

The program only uses the network and writes into one folder; the units deny it everything else that systemd can deny.
`systemd-analyze security --offline=true` measures the remaining exposure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zalo_governor.config.settings import KEY_CREDENTIAL, SMTP_CREDENTIAL, Settings
from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.system import atomic_files
from zalo_governor.system.error_text import of_system

NAME = "zalo-governor"
FINAL_EXIT_CODES = "2 6"
"""Exit codes (wrong configuration, login refused) after which systemd must not restart the service: it would fail
again, and Zalo blocks repeated logins."""

_START_TIMEOUT = "1h"
"""Before it says that it is ready, a new version copies and migrates the database; 90 seconds, systemd's own limit,
would end that on a large one again and again."""
_UNSEEN = tuple(Path(place) for place in ("/home", "/root", "/run/user", "/tmp", "/var/tmp"))  # noqa: S108
"""Folders that ProtectHome= and PrivateTmp= hide from the service."""

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
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


_NO_NEW_CODE = "MemoryDenyWriteExecute=yes\n"
"""Not for the bot, whose child processes compile YARA rules to machine code (WebAssembly) to search files."""
_MOUNTED = "ReadWritePaths=-/mnt -/media\n"
"""Where folders of other machines are mounted, to which backups are copied; "-": these need not exist."""
_NO_SWAP = "MemorySwapMax=0\n"
"""Attachments are only ever in memory; swapped out, their content would lie on the disk."""


class ServiceError(GovernorError):
    """The systemd units of the bot could not be written or activated; the message says why."""


_CONDITION = "ConditionPathExists="
"""Followed by the settings file: a unit starts only once `init` has written that file."""
_ANY_OFFICE = "INSTANCE"
"""Office name with which template units are generated; replaced by "%i" at the end, as "%" in a name is doubled."""
OFFICES_ETC, OFFICES_DATA, OFFICES_BACKUP = (Path(place, NAME) for place in ("/etc", "/var/lib", "/var/backups"))
"""Folders with a folder for each office of this machine: settings, data, backups."""
_GROWING_RESTART = "10\nRestartSteps=8\nRestartMaxDelaySec=15min"
"""RestartSec of an office's bot: 10 seconds, growing to 15 minutes; systemd older than 254 ignores the growth."""


@dataclass(frozen=True)
class Installation:
    """What the systemd units are made from: paths of an installation, all absolute, and the user of the service."""

    python: Path
    """Interpreter of the virtual environment in which the program is installed."""
    base: Path
    """Prefix of the Python installation from which the virtual environment was made."""
    config: Path
    data_dir: Path
    session_file: Path
    backup_dir: Path
    user: str = NAME
    key_credential: Path | None = None
    """File with the encryption key, passed as a systemd credential; a `.cred` file is encrypted by systemd-creds. None:
    the key file in the data folder is used."""
    smtp_credential: Path | None = None
    """File with the password of the mail server, passed in the same way; None if there is none."""
    office: str | None = None
    """Name of the office, if it is one of several on this machine; None for the only one."""

    def unit(self, part: str = "") -> str:
        """Return the name of a systemd unit for this installation; `part` is "-backup", "-panel" or ""."""
        return _unit(self.office, part)


def unit_of(config: Path, part: str = "") -> str:
    """Return a systemd unit's name for the installation with that settings file; `part`: "-backup", "-panel" or ""."""
    folder = config.absolute().parent
    return _unit(folder.name if folder.parent == OFFICES_ETC else None, part)


def _unit(office: str | None, part: str) -> str:
    return f"{NAME}{part}@{office}" if office else f"{NAME}{part}"


def office_installation(
    name: str, python: Path, base: Path, *, etc: Path = OFFICES_ETC, user: str = NAME
) -> Installation:
    """Return the installation (paths, user) of the office `name` on a machine of several offices, run by `python`."""
    data_dir = OFFICES_DATA / name
    return Installation(
        python=python,
        base=base,
        config=etc / name / "governor.yaml",
        data_dir=data_dir,
        session_file=data_dir / "session.json",
        backup_dir=OFFICES_BACKUP / name,
        user=user,
        office=name,
    )


def files(installation: Installation) -> Mapping[str, str]:
    """Generate the systemd files of bot, panel, scan worker and nightly backup; return path below /etc -> content.

    Raises:
        ConfigError: a path that the service needs is in a folder that systemd hides from it, such as /home.
    """
    _require_visible(installation)
    any_office = office_installation(_ANY_OFFICE, installation.python, installation.base, user=installation.user)
    templates = {
        name.replace(_ANY_OFFICE, ""): content.replace(_ANY_OFFICE, "%i")
        for name, content in _units(any_office).items()
    }
    return {
        **_units(installation),
        **templates,
        f"systemd/system/{NAME}-scan-worker.service": _scan_unit(any_office),
        f"sysusers.d/{NAME}.conf": f'u {installation.user} - "Zalo Governor" - -\n',
        f"tmpfiles.d/{NAME}.conf": tmpfiles_rules(installation),
    }


def _units(installation: Installation) -> Mapping[str, str]:
    return {
        f"systemd/system/{installation.unit()}.service": _bot_unit(installation),
        f"systemd/system/{installation.unit('-panel')}.service": _panel_unit(installation),
        f"systemd/system/{installation.unit('-backup')}.service": _backup_unit(installation),
        f"systemd/system/{installation.unit('-backup')}.timer": _timer(installation),
    }


def write(contents: Mapping[str, str], etc: Path) -> list[Path]:
    """Write the generated systemd files (path below the folder `etc` -> content), each atomically; return their paths.

    Raises:
        ServiceError: a file cannot be written.
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


def packaged(contents: Mapping[str, str], lib: Path = Path("/usr/lib")) -> bool:
    """Return whether a package (Debian's dpkg) already brings exactly these systemd files, below the folder `lib`."""
    try:
        return all((lib / name).read_text(encoding="utf-8") == content for name, content in contents.items())
    except (OSError, UnicodeDecodeError):
        return False


def require_real_zalo(settings: Settings, config: Path) -> None:
    """Check that the settings, read from the file `config`, do not send the bot to the simulator.

    Raises:
        ConfigError: they do. A service would then run without any error, and receive nothing from the real Zalo.
    """
    if settings.zalo.route_to is None:
        return
    wrong = (
        f"đang trỏ tới Zalo mô phỏng ({settings.zalo.route_to}), nên dịch vụ sẽ không theo dõi Nhóm nào. Đặt "
        "route_to: null rồi đăng nhập tài khoản thật bằng zalo-governor init; muốn làm thử thì dùng zalo-governor run"
    )
    document = load_yaml(config)
    if (document.data.get("zalo") or {}).get("route_to") is None:
        raise ConfigError(f"Biến môi trường ZALO_GOVERNOR_ZALO__ROUTE_TO {wrong}; biến này thì bỏ bằng lệnh unset")
    raise document.error(("zalo", "route_to"), wrong)


def _require_visible(installation: Installation) -> None:
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


def _bot_unit(installation: Installation) -> str:
    return f"""\
# Muốn đổi: systemctl edit {installation.unit()}
[Unit]
Description=Zalo Governor{_of_office(installation)}
Wants=network-online.target
After=network-online.target time-sync.target postgresql.service
{_CONDITION}{_escape_percent(installation.config)}
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
{_give_back(installation)}ExecStart={_exec_line(installation, "run")}
WorkingDirectory={_escape_percent(installation.config.parent)}
User={installation.user}
Group={installation.user}
Restart=on-failure
RestartSec={_GROWING_RESTART if installation.office else 30}
RestartPreventExitStatus={FINAL_EXIT_CODES}
WatchdogSec=120
TimeoutStartSec={_START_TIMEOUT}
TimeoutStopSec=30
{_credential_lines(installation)}ReadWritePaths={_quote(installation.data_dir)}
{_NO_SWAP}{_HARDENING}
[Install]
WantedBy=multi-user.target
"""


def _panel_unit(installation: Installation) -> str:
    """Return the systemd unit that runs the panel (the pages in a browser)."""
    own = f"MemoryMax=1G\n{_credential_lines(installation)}ReadWritePaths={_quote(installation.data_dir)}\n"
    return _unit_beside(installation, "-panel", "bảng điều khiển", _exec_line(installation, "panel"), own)


def _scan_unit(installation: Installation) -> str:
    """Return the systemd unit of the scan worker for all offices of this machine; it reads their settings and keys."""
    line = f"{_quote(installation.python)} -m zalo_governor scan-worker --all"
    every = replace(installation, config=OFFICES_ETC, office=None)
    return _unit_beside(every, "-scan-worker", "quét tệp cho mọi cơ quan", line, "")


def _unit_beside(installation: Installation, part: str, what: str, line: str, more: str) -> str:
    """Return a systemd unit that runs the command `line` beside the bot, with a lower share of CPU and disk."""
    return f"""\
# Muốn đổi: systemctl edit {installation.unit(part)}
[Unit]
Description=Zalo Governor: {what}{_of_office(installation)}
Wants=network-online.target
After=network-online.target postgresql.service {installation.unit()}.service
{_CONDITION}{_escape_percent(installation.config)}

[Service]
Type=exec
ExecStart={line}
WorkingDirectory={_escape_percent(installation.config.parent)}
User={installation.user}
Group={installation.user}
Restart=on-failure
RestartSec=10
RestartPreventExitStatus={FINAL_EXIT_CODES}
TimeoutStopSec=15
CPUWeight=20
IOWeight=20
{more}{_NO_SWAP}{_HARDENING}
[Install]
WantedBy=multi-user.target
"""


def _backup_unit(installation: Installation) -> str:
    return f"""\
# Muốn đổi: systemctl edit {installation.unit("-backup")}
[Unit]
Description=Zalo Governor: sao lưu{_of_office(installation)}
Wants=network-online.target
After=network-online.target remote-fs.target
{_CONDITION}{_escape_percent(installation.config)}

[Service]
Type=oneshot
{_give_back(installation)}ExecStart={_exec_line(installation, "backup", installation.backup_dir)}
WorkingDirectory={_escape_percent(installation.config.parent)}
User={installation.user}
Group={installation.user}
{_credential_lines(installation)}ReadWritePaths={_quote(installation.data_dir)} {_quote(installation.backup_dir)}
{_MOUNTED}{_NO_NEW_CODE}{_HARDENING}"""


def _timer(installation: Installation) -> str:
    # The backups of a machine's offices start at different times, each at the same time every night.
    spread = "RandomizedDelaySec=90min\nFixedRandomDelay=yes\n" if installation.office else ""
    return f"""\
# Muốn đổi: systemctl edit {installation.unit("-backup")}.timer
[Unit]
Description=Zalo Governor: sao lưu hằng đêm{_of_office(installation)}

[Timer]
OnCalendar=*-*-* 02:45:00 Asia/Ho_Chi_Minh
{spread}Persistent=yes

[Install]
WantedBy=timers.target
"""


def _of_office(installation: Installation) -> str:
    return f" ({installation.office})" if installation.office else ""


def _give_back(installation: Installation) -> str:
    """Return the line that, before each start and as root ("+"), gives files that root wrote to the service's user."""
    return f"ExecStartPre=+systemd-tmpfiles --create {installation.unit()}.conf\n"


def _own_folders(installation: Installation) -> str:
    """Return lines that hide the other offices' settings, keys and backups, as all offices' services have one user."""
    if not installation.office:
        return ""
    hidden = " ".join(f"{place}:ro" for place in (OFFICES_ETC, OFFICES_DATA, OFFICES_BACKUP))
    return (
        f"TemporaryFileSystem={hidden}\nBindReadOnlyPaths={installation.config.parent}\n"
        f"BindPaths={installation.data_dir} {installation.backup_dir}\n"
    )


def tmpfiles_rules(installation: Installation) -> str:
    """Return the rules by which systemd-tmpfiles creates data and backup folder and sets owners before each start."""
    user = installation.user
    rows = [
        f"d {_quote(installation.data_dir)} 0700 {user} {user} -",
        f"Z {_quote(installation.data_dir)} - {user} {user} -",
        f"d {_quote(installation.backup_dir)} 0700 {user} {user} -",
        f"z {_quote(installation.config)} 0640 root {user} -",
        # Whatever umask root had when `init` or `restore` made it.
        f"Z {_quote(installation.config.parent / 'config')} ~0755 - - -",
        f"z {_quote(installation.session_file)} 0600 {user} {user} -",
    ]
    return "\n".join(rows) + "\n"


def _credential_lines(installation: Installation) -> str:
    given = {KEY_CREDENTIAL: installation.key_credential, SMTP_CREDENTIAL: installation.smtp_credential}
    rows = [
        f"{'LoadCredentialEncrypted' if path.suffix == '.cred' else 'LoadCredential'}={name}:{_escape_percent(path)}\n"
        for name, path in given.items()
        if path
    ]
    return "".join(rows) + _own_folders(installation)


def _exec_line(installation: Installation, command: str, *arguments: Path) -> str:
    words = [_quote(installation.python), "-m", "zalo_governor", command, *map(_quote, arguments)]
    return " ".join([*words, "--config", _quote(installation.config)])


def _quote(path: Path) -> str:
    """Format a path for a systemd unit file as one word among several in a line: quoted if it contains a space."""
    text = _escape_percent(path).replace("\\", "\\\\")
    return f'"{text}"' if " " in text else text


def _escape_percent(path: Path) -> str:
    """Format a path for a systemd unit file as a whole value: "%", which begins a placeholder there, is doubled."""
    return str(path).replace("%", "%%")
