"""The units that `install-service` writes: hardened, whole, and never in a loop that helps nobody."""

import configparser
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zalo_governor import cli
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.errors import ConfigError
from zalo_governor.setup import systemd
from zalo_governor.setup.systemd import Installation, ServiceError, files, packaged, require_real_zalo, unit_of, write

PLACES = Installation(
    python=Path("/opt/zalo-governor/.venv/bin/python"),
    base=Path("/usr"),
    config=Path("/srv/van phong 100%/governor.yaml"),
    data_dir=Path("/srv/van phong 100%/data"),
    session_file=Path("/srv/van phong 100%/session.json"),
    backup_dir=Path("/var/backups/zalo-governor"),
    key_credential=Path("/etc/credstore.encrypted/governor.cred"),
    smtp_credential=Path("/etc/credstore/smtp-password"),
)
BOT = "systemd/system/zalo-governor.service"
BACKUP = "systemd/system/zalo-governor-backup.service"
MOST_EXPOSED = 2.5
OFFICE = "systemd/system/zalo-governor@.service"
OFFICE_BACKUP = "systemd/system/zalo-governor-backup@.service"
SCANS = "systemd/system/zalo-governor-scan-worker.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@needs_systemd
@pytest.mark.parametrize("unit", [BOT, BACKUP, OFFICE, OFFICE_BACKUP, SCANS])
def test_systemd_finds_little_that_the_service_may_do_without_need(tmp_path: Path, unit: str) -> None:
    write(files(PLACES), tmp_path)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED * 10:.0f}"]
    measured = subprocess.run([*command, str(tmp_path / unit)], capture_output=True, text=True, check=False)
    assert measured.returncode == 0, measured.stdout + measured.stderr
    assert "Overall exposure level" in measured.stdout


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Only that the program is not there can be wrong about a sample."""
    paths = write(files(replace(PLACES, python=Path(shutil.which("true") or ""))), tmp_path)
    units = [str(path) for path in paths if path.suffix in {".service", ".timer"}]
    checked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    of_ours = [line for line in checked.stderr.splitlines() if "zalo-governor" in line]
    # Debian 12 does not know growing pauses yet, and leaves them out.
    assert [line for line in of_ours if "Restart" not in line] == []


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="systemd-tmpfiles is not installed")
def test_the_service_can_read_the_configuration_that_root_made_with_a_strict_umask(tmp_path: Path) -> None:
    folder = tmp_path / PLACES.config.parent.relative_to("/") / "config"
    (folder / "rules").mkdir(parents=True)
    file = folder / "rules" / "a.yaml"
    file.write_text("id: a", encoding="utf-8")
    for path, mode in ((file, 0o600), (file.parent, 0o700), (folder, 0o700)):
        path.chmod(mode)
    [rule] = [line for line in systemd.tmpfiles_rules(PLACES).splitlines() if "/config" in line]
    (tmp_path / "rules.conf").write_text(f"{rule}\n", encoding="utf-8")
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={tmp_path}", str(tmp_path / "rules.conf")], check=True)
    assert [path.stat().st_mode & 0o777 for path in (folder, file.parent, file)] == [0o755, 0o755, 0o644]


def _values(unit: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{key}=")]


def test_the_bot_is_watched_and_not_started_again_where_that_helps_nobody() -> None:
    unit = files(PLACES)[BOT]
    assert _values(unit, "Type") == ["notify"]
    assert _values(unit, "WatchdogSec") == ["120"]
    assert _values(unit, "TimeoutStartSec") == ["1h"], "a large database is migrated before the bot is ready"
    assert _values(unit, "Restart") == ["on-failure"]
    final = {str(code) for code in (ExitCode.WRONG_USE.value, ExitCode.LOGIN_REFUSED.value)}
    assert set(_values(unit, "RestartPreventExitStatus")[0].split()) == final
    assert str(ExitCode.FAILURE.value) not in final
    assert _values(unit, "ExecStart") == [
        '/opt/zalo-governor/.venv/bin/python -m zalo_governor run --config "/srv/van phong 100%%/governor.yaml"'
    ]
    assert _values(unit, "ReadWritePaths") == ['"/srv/van phong 100%%/data"']


def test_an_office_among_several_sees_only_its_own_folders_and_pauses_longer_each_time() -> None:
    unit, backup = files(PLACES)[OFFICE], files(PLACES)[OFFICE_BACKUP]
    assert set(systemd._HARDENING.splitlines()) <= set(unit.splitlines()) & set(backup.splitlines())
    for text in (unit, backup):
        [hidden], [seen], [used] = (
            _values(text, key) for key in ("TemporaryFileSystem", "BindReadOnlyPaths", "BindPaths")
        )
        assert hidden == "/etc/zalo-governor:ro /var/lib/zalo-governor:ro /var/backups/zalo-governor:ro"
        assert (seen, used) == ("/etc/zalo-governor/%i", "/var/lib/zalo-governor/%i /var/backups/zalo-governor/%i")
        assert _values(text, "ExecStartPre") == ["+systemd-tmpfiles --create zalo-governor@%i.conf"]
        assert _values(text, "ExecStart")[0].endswith("--config /etc/zalo-governor/%i/governor.yaml")
    assert _values(unit, "RestartSteps") == ["8"]
    assert _values(files(PLACES)[BOT], "RestartSteps") == [], "the unit of today stays as it is"
    assert _values(unit, "RestartPreventExitStatus") == _values(files(PLACES)[BOT], "RestartPreventExitStatus")
    assert _values(files(PLACES)[SCANS], "ExecStart")[0].endswith("-m zalo_governor scan-worker --all")


def test_secrets_come_as_credentials_where_the_office_wants_that() -> None:
    unit = files(PLACES)[BOT]
    assert _values(unit, "LoadCredentialEncrypted") == ["governor.key:/etc/credstore.encrypted/governor.cred"]
    assert _values(unit, "LoadCredential") == ["smtp-password:/etc/credstore/smtp-password"]
    plain = files(replace(PLACES, key_credential=None, smtp_credential=None))[BOT]
    assert "LoadCredential" not in plain


def test_the_backup_runs_at_night_under_the_same_rules() -> None:
    made = files(PLACES)
    assert (
        _values(made[BACKUP], "ExecStart")[0]
        .split(" --config ")[0]
        .endswith("zalo_governor backup /var/backups/zalo-governor")
    )
    assert set(made[BOT].splitlines()) >= set(systemd._HARDENING.splitlines()) <= set(made[BACKUP].splitlines())
    assert _values(made[BACKUP], "ReadWritePaths") == [
        '"/srv/van phong 100%%/data" /var/backups/zalo-governor',
        "-/mnt -/media",
    ], "and where folders of other machines are mounted"
    assert "network-online.target" in _values(made[BACKUP], "After")[0]
    timer = configparser.ConfigParser()
    timer.read_string(made["systemd/system/zalo-governor-backup.timer"])
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:45:00 Asia/Ho_Chi_Minh"


def test_the_panel_is_a_service_of_its_own_that_stands_back() -> None:
    unit = files(PLACES)["systemd/system/zalo-governor-panel.service"]
    assert _values(unit, "ExecStart")[0].split(" --config ")[0].endswith("zalo_governor panel")
    assert set(systemd._HARDENING.splitlines()) <= set(unit.splitlines())
    assert _values(unit, "CPUWeight") == ["20"], "hearing comes first"


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ("python", "/root/x/.venv/bin/python"),
        ("base", "/home/can-bo/.pyenv"),
        ("config", "/home/can-bo/governor.yaml"),
        ("data_dir", "/tmp/data"),
    ],
)
def test_what_the_service_could_not_see_is_refused_by_name(where: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        files(Installation(**{**vars(PLACES), where: Path(named)}))


def test_a_folder_that_cannot_be_written_says_so_and_leaves_no_half(tmp_path: Path) -> None:
    (tmp_path / "systemd").write_text("a file where a folder should be")
    with pytest.raises(ServiceError, match=r"zalo-governor\.service.*sudo"):
        write(files(PLACES), tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["systemd"]


def test_print_shows_everything_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "_UNSEEN", ())
    (tmp_path / "governor.yaml").write_text("groups: []\n")
    command = ["install-service", "--config", str(tmp_path / "governor.yaml"), "--etc", str(tmp_path / "etc")]
    shown = CliRunner().invoke(cli.app, [*command, "--print"])
    assert shown.exit_code == 0, shown.output
    assert f"ReadWritePaths={tmp_path / 'data'}" in shown.output
    assert not (tmp_path / "etc").exists()
    written = CliRunner().invoke(cli.app, command)
    assert written.exit_code == 0, written.output
    assert "cần chạy: systemctl daemon-reload" in written.output
    assert (tmp_path / "etc" / BOT).read_text() in shown.output


def _invoke_install(folder: Path, *options: str) -> Any:
    etc = folder / "etc"
    command = ["install-service", "--config", str(folder / "governor.yaml"), "--etc", str(etc), *options]
    return CliRunner().invoke(cli.app, command, standalone_mode=False)


@pytest.mark.parametrize("options", [(), ("--print",)])
def test_settings_that_lead_to_the_simulator_are_no_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr(systemd, "_UNSEEN", ())
    (tmp_path / "governor.yaml").write_text("groups: []\nzalo:\n  route_to: http://127.0.0.1:8900\n")
    refused = _invoke_install(tmp_path, *options).exception
    assert isinstance(refused, ConfigError)
    assert str(refused).startswith(f"{tmp_path / 'governor.yaml'}:3: zalo.route_to: đang trỏ tới Zalo mô phỏng")
    assert "route_to: null" in str(refused)
    assert not (tmp_path / "etc").exists()


def test_an_environment_that_leads_to_the_simulator_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "governor.yaml").write_text("groups: []\n")
    monkeypatch.setenv("ZALO_GOVERNOR_ZALO__ROUTE_TO", "http://127.0.0.1:8900")
    with pytest.raises(ConfigError, match=r"ZALO_GOVERNOR_ZALO__ROUTE_TO.*unset"):
        require_real_zalo(load_settings(tmp_path / "governor.yaml"), tmp_path / "governor.yaml")


def test_what_a_package_brings_is_not_written_again(tmp_path: Path) -> None:
    made = files(PLACES)
    assert not packaged(made, tmp_path)
    write(made, tmp_path)
    assert packaged(made, tmp_path)
    assert not packaged(files(replace(PLACES, key_credential=None)), tmp_path)


@pytest.mark.parametrize("unit", [BOT, BACKUP])
def test_nothing_starts_before_the_settings_are_there_and_what_root_wrote_is_given_back(unit: str) -> None:
    text = files(PLACES)[unit]
    assert _values(text, "ConditionPathExists") == ["/srv/van phong 100%%/governor.yaml"]
    assert _values(text, "ExecStartPre") == ["+systemd-tmpfiles --create zalo-governor.conf"]
    assert text.index("ExecStartPre=") < text.index("ExecStart=")


def test_the_key_and_the_mail_password_are_read_from_the_services_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "governor.yaml").write_text(
        "alarm: {smtp: {host: localhost, user: a, sender: a@example.vn, recipients: [b@example.vn]}}\n"
    )
    assert load_settings(tmp_path / "governor.yaml").given_key is None
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "governor.key").write_text("a2V5\n")
    (credentials / "smtp-password").write_text("mat-khau\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    settings = load_settings(tmp_path / "governor.yaml")
    assert settings.given_key == "a2V5"
    assert settings.alarm.smtp
    assert settings.alarm.smtp.password
    assert settings.alarm.smtp.password.get_secret_value() == "mat-khau"
    assert "mat-khau" not in repr(settings)


def test_files_can_be_scanned_and_never_reach_a_swap_file() -> None:
    unit = files(PLACES)[BOT]
    assert _values(unit, "MemorySwapMax") == ["0"]
    # YARA rules become machine code, for which this setting leaves no memory.
    assert _values(unit, "MemoryDenyWriteExecute") == []


def test_all_that_the_backup_loads_bears_memory_that_never_becomes_executable() -> None:
    """MemoryDenyWriteExecute=, asked of the kernel itself (prctl(2), PR_SET_MDWE, since Linux 6.3)."""
    program = (
        "import ctypes, sys\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0: print('unknown here'); sys.exit()\n"
        "import zalo_governor.cli.backup, zalo_governor.system.process as process\n"
        "process.forbid_core_dumps(); process.give_memory_back()\n"
        "import psycopg\n"
        "from zalo_governor.storage.security.crypto import Keys\n"
        "Keys(b'k' * 32).seal(b'x', b'y'); print('works')\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.stdout.strip() in {"works", "unknown here"}, run.stderr


def test_each_of_several_offices_has_units_of_its_own() -> None:
    of_office = Path("/etc/zalo-governor/so-noi-vu/governor.yaml")
    assert unit_of(of_office) == "zalo-governor@so-noi-vu"
    assert unit_of(of_office, "-backup") == "zalo-governor-backup@so-noi-vu"
    assert unit_of(Path("/etc/zalo-governor/governor.yaml"), "-panel") == "zalo-governor-panel"
