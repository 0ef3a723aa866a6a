"""A backup is copied off the machine by the real tools, read back, and what fails is known afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.unit.app.monitoring.test_server import free_port
from tests.unit.cli.test_members_command import office
from zalo_governor.app.context import open_records
from zalo_governor.backup.copying import CopyStatus, copy_status
from zalo_governor.cli import app
from zalo_governor.config.backup import BackupSettings
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError

NAMED = "sao-luu-*.zgbackup"
SHARED_MEMORY = Path("/dev/shm")
"""Another file system than that of the tests' folders, as a mounted folder is."""
DAY = timedelta(days=1)


class Copied:
    """An installation, and the settings with which it copies its backups."""

    def __init__(self, folder: Path) -> None:
        self.config = Path(office(folder))

    def settings(self, **backup: object) -> None:
        stated = yaml.safe_load(self.config.read_text()) or {}
        self.config.write_text(yaml.safe_dump(stated | {"backup": backup}, allow_unicode=True))

    def backup(self, *options: str) -> Result:
        return CliRunner().invoke(app, ["backup", *options, "--config", str(self.config)], env={"COLUMNS": "200"})

    def status(self) -> CopyStatus:
        records = open_records(load_settings(self.config), system_clock)
        try:
            return copy_status(records.vault, records.settings.backup)
        finally:
            records.close()


@pytest.fixture
def made(tmp_path: Path) -> Copied:
    made = Copied(tmp_path)
    assert made.backup("--new-code").exit_code == 0
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    if not SHARED_MEMORY.is_dir() or SHARED_MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second file system to write to")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


def last(made: Copied) -> Path:
    return sorted((made.config.parent / "data" / "sao-luu").glob(NAMED))[-1]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def see_copies(made: Copied, there: Path) -> None:
    """Two backups, of which one is kept; then a third that meets a spoilt copy."""
    old, strange = there / "sao-luu-20200101-000000.zgbackup", there / "ghi-chu.txt"
    old.write_bytes(b"old")
    strange.write_bytes(b"strange")
    result = made.backup()
    assert result.exit_code == 0, result.output
    assert "đã đọc lại và khớp" in result.output
    assert "Đã xóa bản cũ ở" in result.output
    assert (there / last(made).name).read_bytes() == last(made).read_bytes()
    assert {path.name for path in there.iterdir()} == {last(made).name, strange.name}
    status = made.status()
    assert status.good_at
    assert not status.failing
    assert not status.is_missing(status.good_at, DAY)
    assert status.is_missing(status.good_at + 2 * DAY, DAY)


def test_a_backup_says_that_it_is_on_this_machine_only_until_it_is_copied(made: Copied, elsewhere: Path) -> None:
    said = made.backup().output
    assert f"Đã sao lưu: {last(made)}" in said
    assert "nằm trên chính máy này" in said
    assert "backup.copy_to" in said
    assert "nằm trên ổ đĩa khác" in made.backup(str(elsewhere)).output
    made.settings(copy_to=str(elsewhere))
    assert "backup.copy_to" not in made.backup().output


def test_a_mounted_folder_gets_verified_copies(made: Copied, elsewhere: Path) -> None:
    (elsewhere / ".sao-luu-20200101-000000.zgbackup.part").write_bytes(b"left")
    made.settings(copy_to=str(elsewhere), copy_keep=1)
    see_copies(made, elsewhere)
    assert (elsewhere / last(made).name).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_mounted_is_a_failure_that_is_remembered(made: Copied, elsewhere: Path) -> None:
    missing, own = elsewhere / "nas", made.config.parent / "nas"
    own.mkdir()
    made.settings(copy_to=[str(missing), str(own), str(elsewhere)])
    result = made.backup()
    assert result.exit_code == 1
    assert f"{missing}: không có thư mục này" in result.output
    assert f"{own}: nằm trên cùng ổ đĩa với cơ sở dữ liệu" in result.output
    assert (elsewhere / last(made).name).exists(), "one failure keeps no other target from being tried"
    status = made.status()
    assert status.failing == (str(missing), str(own))
    assert status.good_at
    assert status.is_missing(status.good_at, DAY)
    assert not status.is_missing(status.good_at, None)
    assert made.backup("--no-copy").exit_code == 0
    made.settings(copy_to=str(elsewhere))
    assert not made.status().failing, "what is no longer a target is of no interest"


def test_nothing_is_deleted_where_nothing_may_be(made: Copied, elsewhere: Path) -> None:
    old = elsewhere / "sao-luu-20200101-000000.zgbackup"
    old.write_bytes(b"old")
    made.settings(copy_to=str(elsewhere), copy_keep=None)
    assert made.backup().exit_code == 0
    assert old.exists()


def test_a_folder_whose_machine_does_not_answer_is_given_up(made: Copied, elsewhere: Path) -> None:
    part = elsewhere / "x"
    os.mkfifo(part)  # Opening it waits for ever, as a mounted folder does whose machine is off.
    made.settings(copy_to=str(elsewhere), copy_minutes=0.01, copy_keep=1)
    started = time.monotonic()
    path = last(made)
    os.mkfifo(elsewhere / f".{path.name}.part")
    result = made.backup(str(path))
    assert result.exit_code == 1
    assert "chưa xong" in result.output
    assert time.monotonic() - started < 20


@pytest.mark.skipif(not shutil.which("rclone"), reason="rclone is not installed")
@pytest.mark.parametrize("protocol", ["webdav", "sftp"])
def test_rclone_copies_to_other_machines(made: Copied, tmp_path: Path, protocol: str) -> None:
    there, port = tmp_path / "nas", free_port()
    (there / "zalo").mkdir(parents=True)
    hidden = subprocess.run(["rclone", "obscure", "bí mật"], capture_output=True, text=True, check=True).stdout.strip()
    address = f"url = http://127.0.0.1:{port}" if protocol == "webdav" else f"host = 127.0.0.1\nport = {port}"
    (made.config.parent / "rclone.conf").write_text(
        f"[kho]\ntype = {protocol}\n{address}\nuser = zalo\npass = {hidden}\n"
        + ("vendor = other\n" if protocol == "webdav" else "shell_type = none\n")
    )
    serve = ["rclone", "serve", protocol, str(there), "--addr", f"127.0.0.1:{port}", "--user", "zalo", "--pass"]
    server = subprocess.Popen([*serve, "bí mật"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        made.settings(copy_to="rclone:kho:zalo", copy_keep=1, rclone_config="rclone.conf")
        see_copies(made, there / "zalo")
    finally:
        server.terminate()
        server.wait(60)
    result = made.backup()
    assert result.exit_code == 1
    assert "Chưa sao lưu được ra ngoài máy (rclone:kho:zalo): rclone không chép được" in result.output
    assert "bí mật" not in result.output
    assert made.status().failing == ("rclone:kho:zalo",)


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[int]:
    """An ssh server on this machine that lets this user in by the key `tmp_path/khoa`; gives its port."""
    if not (shutil.which("rsync") and shutil.which("sshd") and shutil.which("ssh-keygen")):
        pytest.skip("rsync or the ssh server is not installed")
    port = free_port()
    for key in ("host", "khoa"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / key)], check=True)
    allowed = tmp_path / "allowed"
    allowed.write_text((tmp_path / "khoa.pub").read_text())
    allowed.chmod(0o600)
    kind, public = (tmp_path / "host.pub").read_text().split()[:2]
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {public}\n")
    (tmp_path / "sshd.conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path / 'host'}\nAuthorizedKeysFile {allowed}\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nPidFile none\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = [str(shutil.which("sshd")), "-D", "-e", "-f", str(tmp_path / "sshd.conf")]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(60)


@pytest.mark.parametrize("restricted", [False, True], ids=["any command", "rrsync only"])
def test_rsync_copies_over_ssh(made: Copied, tmp_path: Path, ssh_server: int, *, restricted: bool) -> None:
    there = tmp_path / "nas"
    there.mkdir()
    user = pwd.getpwuid(os.getuid()).pw_name
    target = f"{user}@127.0.0.1:{there}"
    if restricted:
        # As the guide says: the key opens one folder there and nothing else.
        allowed, rrsync = tmp_path / "allowed", shutil.which("rrsync")
        if not rrsync:
            pytest.skip("this rsync comes without rrsync")
        allowed.write_text(f'restrict,command="{rrsync} {there}" {allowed.read_text()}')
        target = f"{user}@127.0.0.1:/"
    made.settings(copy_to=target, copy_keep=1, ssh={"key": "khoa", "known_hosts": "known_hosts", "port": ssh_server})
    see_copies(made, there)
    (made.config.parent / "known_hosts").write_text("")
    result = made.backup()
    assert result.exit_code == 1, "an unknown machine gets nothing"
    assert "rsync không chép được" in result.output


def test_a_copy_that_differs_is_no_copy(made: Copied, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = made.config.parent / "bin"
    tools.mkdir()
    # A tool that says that all went well, but has sent nothing.
    (tools / "rclone").write_text("#!/bin/sh\necho 0000  x\n")
    (tools / "rclone").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    made.settings(copy_to="rclone:kho:zalo")
    result = made.backup()
    assert (result.exit_code, "đọc lại không khớp" in result.output) == (1, True)
    monkeypatch.setenv("PATH", str(elsewhere))
    assert "đề nghị cài: apt install rclone" in made.backup().output


@pytest.mark.parametrize(
    "wrong", ["nas/zalo", "rclone:zalo", "rclone:-x:zalo", "-oProxyCommand=x@may:/a", "a@may:/a;b", "a@may:b", 7, [7]]
)
def test_what_is_no_target_is_refused_by_file_line_and_key(tmp_path: Path, wrong: object) -> None:
    config = tmp_path / "governor.yaml"
    config.write_text(yaml.safe_dump({"backup": {"copy_to": wrong}}))
    with pytest.raises(ConfigError, match=r"governor\.yaml:2: backup\.copy_to: ") as error:
        load_settings(config)
    assert len(str(error.value).splitlines()) == 1


def test_the_targets_are_read_as_people_write_them() -> None:
    assert BackupSettings(copy_to="/mnt/nas").copy_targets == ("/mnt/nas",)
    several = ("/mnt/nas", "rclone:kho cua tinh:zalo/tỉnh Mẫu")
    assert BackupSettings(copy_to=several).copy_targets == several
    assert BackupSettings.model_validate({"copy_to": None}).copy_targets == ()
