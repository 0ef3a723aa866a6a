"""Make the Debian package: `make deb`. It installs without network on Debian 12, Debian 13 and Ubuntu 24.04.

The program, and the dependencies of requirements/run.txt (each checked by its hash), go into one virtual environment,
/opt/zalo-governor: lib/common has what is the same for every Python, lib/python3.x what is not. All that needs the
network happens here; dpkg-buildpackage then only packs. Written, below build/: the package and its sum (SHA-256).
"""

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from texts import all_texts

from zalo_governor import __version__
from zalo_governor.cli.docs import write_html

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
NAME = "zalo-governor"
PROGRAM = Path("opt") / NAME
PYTHONS = ("3.11", "3.12", "3.13")
"""Those of Debian 12, Ubuntu 24.04 and Debian 13; debian/control depends on one of them."""
_PLATFORMS = {"amd64": "x86_64-manylinux_2_36", "arm64": "aarch64-manylinux_2_36"}
"""Architecture in Debian -> what the wheels are made for: the C library of Debian 12, the oldest."""
_TOOLS = {"dpkg-buildpackage": "dpkg-dev", "dh": "debhelper", "hardlink": "util-linux"}

_LAUNCHER = f"""\
#!/{PROGRAM}/bin/python3
from zalo_governor.cli import main

main()
"""


def make(level: int, *, program_only: bool = False) -> Path:
    """Build the package, compressed by zstd with the given level (1 to 19); return its path.

    `program_only` leaves the dependencies out. Such a package serves only lintian, which takes many minutes over the
    files of the dependencies; it lies in a folder of its own below build/.
    """
    for tool, brought_by in _TOOLS.items():
        if shutil.which(tool) is None:
            sys.exit(f"make deb: {tool} is missing; install it: apt install {brought_by}")
    architecture = _said(["dpkg", "--print-architecture"])
    if architecture not in _PLATFORMS:
        sys.exit(f"make deb: for {architecture} there is no package, only for {' and '.join(_PLATFORMS)}")
    work = BUILD / ("deb-program-only" if program_only else "deb")
    shutil.rmtree(work, ignore_errors=True)
    source = work / f"{NAME}-{__version__}"
    with _timed("program" if program_only else "program and dependencies"):
        _install(source / "root", work / "wheel", _PLATFORMS[architecture], program_only=program_only)
    with _timed("units, completion, manual page"):
        _write_texts(source)
    with _timed("package"):
        _run(["dpkg-buildpackage", "--build=binary", "--no-sign"], source, ZSTD_LEVEL=str(level))
    package = work / f"{NAME}_{__version__}_{architecture}.deb"
    if program_only:
        return package
    package = package.replace(BUILD / package.name)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    package.with_name(f"{package.name}.sha256").write_text(f"{digest}  {package.name}\n", encoding="utf-8")
    shutil.rmtree(work)
    return package


def _install(root: Path, wheels: Path, platform: str, *, program_only: bool) -> None:
    """Install the program and its dependencies below `root`, for each version of Python."""
    place = root / PROGRAM
    _run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(wheels)], ROOT)
    [wheel] = wheels.glob("*.whl")
    cache = os.environ.get("UV_CACHE_DIR", str(BUILD / "uv-cache"))
    for version in PYTHONS:
        site = place / "lib" / f"python{version}" / "site-packages"
        into = [
            sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--link-mode", "hardlink",
            "--only-binary", ":all:", "--python-version", version, "--python-platform", platform, "--target", str(site),
        ]  # fmt: skip
        if not program_only:
            _run([*into, "--require-hashes", "--requirement", "requirements/run.txt"], ROOT, UV_CACHE_DIR=cache)
        _run([*into, str(wheel)], ROOT, UV_CACHE_DIR=cache)
        (site / ".lock").unlink(missing_ok=True)
    _share(place / "lib")
    for scripts in (place / "lib").glob("*/site-packages/bin"):
        shutil.rmtree(scripts)
    shutil.rmtree(place / "lib" / "common" / "bin", ignore_errors=True)
    # The other wheels often hold the same libraries, whatever Python they are for.
    _run(["hardlink", "--content", str(place / "lib")], ROOT)
    (place / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", encoding="utf-8")
    programs = place / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to("/usr/bin/python3")
    (programs / NAME).write_text(_LAUNCHER, encoding="utf-8")
    (programs / NAME).chmod(0o755)
    command = root / "usr" / "bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(f"/{PROGRAM}/bin/{NAME}")


def _share(lib: Path) -> None:
    """Move the distributions that are the same for every Python, by their own records, into lib/common."""
    common = lib / "common"
    first, *others = sites = [lib / f"python{version}" / "site-packages" for version in PYTHONS]
    for record in sorted(first.glob("*.dist-info/RECORD")):
        stated, name = record.read_bytes(), record.relative_to(first)
        if not all((other / name).is_file() and (other / name).read_bytes() == stated for other in others):
            continue
        for path, *_ in list(csv.reader(stated.decode().splitlines())):
            if not path.startswith("../"):
                (common / path).parent.mkdir(parents=True, exist_ok=True)
                (first / path).rename(common / path)
                for other in others:
                    (other / path).unlink()
    for site in sites:
        for folder, _, _ in os.walk(site, topdown=False):
            if not any(Path(folder).iterdir()) and folder != str(site):
                Path(folder).rmdir()
        (site / "common.pth").write_text("../../common\n", encoding="utf-8")


def _write_texts(source: Path) -> None:
    """Write what debhelper finds in debian/, and what is generated from the program."""
    debian = source / "debian"
    shutil.copytree(ROOT / "packaging" / "debian", debian)
    for name, content in all_texts().items():
        (debian / name).parent.mkdir(exist_ok=True)
        (debian / name).write_text(content, encoding="utf-8")
    write_html(debian / "huong-dan")
    # For the first try without Zalo; the manual names its path.
    for path in ("NOTICE", "config/demo/ngay-lam-viec.yaml"):
        shutil.copy(ROOT / path, debian)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    print(f"make deb: {what}: {time.monotonic() - begun:.1f} s", flush=True)


def _run(command: Sequence[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{done.stdout}\nmake deb: {command[0]} failed")


def _said(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


if __name__ == "__main__":
    options = ArgumentParser(description="Make the Debian package below build/.")
    options.add_argument("--level", type=int, default=9, help="of the compression, 1 (fast) to 19 (small)")
    options.add_argument("--program-only", action="store_true", help="leave the dependencies out; for lintian")
    given = options.parse_args()
    print(make(given.level, program_only=given.program_only))
