"""The Debian package on a small Debian without network: installed, set up, heard, upgraded, removed, purged.

Called by `make debtest` as root, with the package in the environment variable DEB; DEBIAN_SUITE is another release than
this machine's. systemd does not run there: what it would start is started here by the command lines of its units.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.later_revision import LATER, NEW_TABLE, NEXT, NOW
from tests.packaging.root import TOOLS, Root, codename, small_debian, wait_for

PACKAGE = os.environ.get("DEB", "")
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PACKAGE, reason="needs a package: make debtest"),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}"),
]
DATA = "/srv/zalo-governor"
LIBRARY = "opt/zalo-governor/lib/common/zalo_governor"
ZALO = "http://127.0.0.1:8900"
BOT, MEMBER, LEADER, ADMIN = (f"700000000000000000{number}" for number in (1, 2, 3, 4))
GROUP = "8000000000000000001"
ANSWERS = """\
office: {province: tỉnh Mẫu}
regulation: {number: "12", issued: 2026-01-05}
groups: [điều hành]
people:
  leader: giang a su
  admin: {name: lo van minh, title: Giám đốc Sở Khoa học và Công nghệ}
"""
_APT_FAILED = 100
_UNITS = tuple(
    f"zalo-governor{name}"
    for name in (
        ".service", "-panel.service", "-backup.service", "-backup.timer", "-scan-worker.service",
        "@.service", "-panel@.service", "-backup@.service", "-backup@.timer",
    )
)  # fmt: skip


@contextmanager
def step(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:6.1f} s  {what}", flush=True)


def install(root: Root, package: Path, code: int = 0) -> str:
    """As an operator types it, with the package in the folder where he is."""
    shutil.copy(package, root.folder / package.name)
    said = root.run("apt", "install", "--yes", f"./{package.name}", code=code)
    (root.folder / package.name).unlink()
    return said


def later_version(package: Path, folder: Path) -> Path:
    """The same package as if of a later version, whose database has one table more."""
    tree = folder / "later"
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 99.0", control.read_text()))
    versions = tree / LIBRARY / "storage" / "migrations" / "versions"
    (versions / f"r{NEXT}_later.py").write_text(LATER.format(next=NEXT, now=NOW, body=NEW_TABLE))
    (tree / LIBRARY / "__init__.py").write_text('__version__ = "99.0"\n')
    made = folder / "zalo-governor_99.0.deb"
    subprocess.run(
        ["dpkg-deb", "-Zzstd", "-z1", "--build", str(tree), str(made)], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(tree)
    return made


def started_by(root: Root, unit: str, key: str) -> list[str]:
    """The words of the command line that a unit of systemd has as `key`."""
    text = (root.folder / "usr/lib/systemd/system" / unit).read_text()
    [line] = re.findall(rf"(?m)^{key}=\+?(.*)$", text)
    return shlex.split(line)


@contextmanager
def service(root: Root, log: Path) -> Iterator[None]:
    """The service, as systemd starts and stops it."""
    root.run(*started_by(root, "zalo-governor.service", "ExecStartPre"))
    words = ["runuser", "-u", "zalo-governor", "--", *started_by(root, "zalo-governor.service", "ExecStart")]
    running = root.start(*words, log=log, folder=DATA)
    try:
        wait_for(lambda: '"swept"' in log.read_text())
        yield
    finally:
        root.run("runuser", "-u", "zalo-governor", "--", "sh", "-c", "kill -TERM -1")
        running.wait(timeout=60)


def as_the_service(root: Root, *words: str) -> str:
    return root.run("runuser", "-u", "zalo-governor", "--", "zalo-governor", *words, folder=DATA)


def set_up(root: Root, folder: Path) -> None:
    """Log in and answer the questions, with a simulated Zalo for the true one."""
    root.start("zalo-governor", "simulate", "--port", "8900", log=folder / "zalo.log")
    wait_for(lambda: "listening on" in (folder / "zalo.log").read_text())
    people = [
        {"uid": MEMBER, "name": "Vàng A Páo"},
        {"uid": LEADER, "name": "Giàng A Sử"},
        {"uid": ADMIN, "name": "Lò Văn Minh"},
    ]
    group = {"id": GROUP, "name": "Nhóm điều hành tỉnh Mẫu", "members": [BOT, MEMBER, LEADER, ADMIN]}
    assert root.order(f"{ZALO}/__sim/world", people=people, groups=[group])["ok"]
    (root.folder / DATA[1:] / "tra-loi.yaml").write_text(ANSWERS, encoding="utf-8")
    init = ["zalo-governor", "init", "--answers", "tra-loi.yaml", "--route-to", ZALO]
    log = folder / "init.log"
    begun = root.start(*init, log=log, folder=DATA)
    for order in ("scan", "confirm"):
        wait_for(lambda order=order: root.order(f"{ZALO}/__sim/qr", do=order)["ok"])  # type: ignore[misc]
    assert begun.wait(timeout=60) == 0, log.read_text()


def test_the_package_from_installing_to_purging(tmp_path: Path) -> None:
    package = Path(PACKAGE)
    suite = os.environ.get("DEBIAN_SUITE") or codename()
    begun = time.monotonic()
    with small_debian(tmp_path / "root", suite) as root:
        print(f"\n{time.monotonic() - begun:6.1f} s  a small Debian ({suite}) without network", flush=True)
        _from_installing_to_purging(root, package, tmp_path)
    shutil.rmtree(tmp_path)


def _from_installing_to_purging(root: Root, package: Path, folder: Path) -> None:
    assert root.run("python3", "-c", "import socket; print(socket.if_nameindex())") == "[(1, 'lo')]\n"
    files, people = root.files(), root.people()

    with step("a service of another installation is in the way"):
        other = root.folder / "etc/systemd/system/zalo-governor.service"
        other.write_text("[Service]\nExecStart=/opt/zalo-governor/.venv/bin/python -m zalo_governor run\n")
        assert "docs/cai-dat.md" in install(root, package, code=_APT_FAILED)
        other.unlink()
    with step("apt install"):
        assert "zalo-governor init" in install(root, package)
    assert package.name.split("_")[1] == root.run("zalo-governor", "version").strip()
    assert root.owner(f"{DATA}/data") == "zalo-governor"
    assert list((root.folder / LIBRARY).glob("__pycache__/__init__.*.pyc")), "compiled for this Python"
    completed = (
        "source /usr/share/bash-completion/completions/zalo-governor; COMP_WORDS=(zalo-governor rest); COMP_CWORD=1"
    )
    assert root.run("bash", "-c", f'{completed}; _zalo_governor; echo "${{COMPREPLY[@]}}"').split() == ["restore"]
    assert (root.folder / "usr/share/zalo-governor/ngay-lam-viec.yaml").is_file(), "for the first try"
    assert (root.folder / "usr/share/zalo-governor/huong-dan/loi.html").is_file(), "messages name it"
    with step("systemd reads the units"):
        paths = [f"/usr/lib/systemd/system/{unit}" for unit in _UNITS]
        said = root.run("systemd-analyze", "verify", "--man=no", *paths)
        assert "zalo-governor" not in said, said

    with step("init; the bot hears a message"):
        set_up(root, folder)
        refused = root.run("zalo-governor", "install-service", folder=DATA, code=2)
        assert "governor.yaml:" in refused
        assert "zalo.route_to" in refused
        with service(root, folder / "run.log"):
            secret = {"_text": "Em gửi văn bản tuyệt mật số 9/KH-GIẢ ĐỊNH để nghiên cứu trước", "uidFrom": MEMBER}
            root.order(f"{ZALO}/__sim/push", frames=[{"data": {"groupMsgs": [secret]}}])
            wait_for(lambda: "VP1 " in as_the_service(root, "cases"))
    with step("a later version is made"):
        later = later_version(package, folder)
    with step("apt install of the later version, which does not take the settings as they are"):
        settings = root.folder / DATA[1:] / "governor.yaml"
        good = settings.read_text(encoding="utf-8")
        settings.write_text(f"{good}\nkhong_co_muc_nay: 1\n", encoding="utf-8")
        said = install(root, later, code=_APT_FAILED)
        assert "khong_co_muc_nay" in said, said
        assert "dpkg --configure -a" in said, said
        assert not list(settings.parent.glob("data/governor.db.truoc-nang-cap-*"))
    with step("dpkg --configure -a once they are mended"):
        settings.write_text(good, encoding="utf-8")
        said = root.run("dpkg", "--configure", "-a")
        assert f"sang {NEXT}." in said, said
    assert root.run("zalo-governor", "version") == "99.0\n"
    [copy] = (root.folder / DATA[1:] / "data").glob("governor.db.truoc-nang-cap-*")
    assert root.owner(f"{DATA}/data/{copy.name}") == "zalo-governor"
    with step("the later version hears"), service(root, folder / "later.log"):
        assert "VP1 " in as_the_service(root, "cases")

    with step("apt remove"):
        root.run("apt", "remove", "--yes", "zalo-governor")
    kept = root.files()
    assert {"srv/zalo-governor/governor.yaml", "srv/zalo-governor/data/governor.db"} <= kept
    assert not [path for path in kept if path.startswith("usr/bin/zalo")]
    assert not any((root.folder / "opt").glob("*"))
    with step("apt purge"):
        root.run("apt", "purge", "--yes", "zalo-governor")
    assert root.files() == files
    assert root.people() == people
