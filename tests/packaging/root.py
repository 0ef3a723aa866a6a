"""A small Debian of its own in a folder: no network but loopback, its own processes, nothing installed but Python."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOOLS = ("mmdebstrap", "unshare", "nsenter", "chroot", "ip", "dpkg-deb")
INCLUDED = ("apt", "libseccomp2", "python3", "systemd")
"""What each Debian server has that was installed with the standard selection."""
_OF_OTHERS = {
    # dpkg removes this folder with the last file in it: it is no package's.
    "opt",
    "dev", "proc", "sys", "run", "tmp", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log", "var/tmp",
    # What useradd and userdel keep of the state before them.
    "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.pwd.lock", "etc/subuid-", "etc/subgid-",
}  # fmt: skip
_PEOPLE = ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow")
_ORDER = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], sys.argv[2].encode(), timeout=10) as answer:
    sys.stdout.buffer.write(answer.read())
"""


class Root:
    """The folder, while its processes may run. All commands are run as root in it; their output must be UTF-8."""

    def __init__(self, folder: Path, holder: int) -> None:
        self.folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        self._enter = ["nsenter", f"--target={holder}", "--mount", "--net", "--pid", "chroot", str(folder)]

    def run(self, *words: str, folder: str = "/", code: int = 0) -> str:
        """Run a command to its end; return all it wrote. Fails unless it ends with `code`."""
        done = subprocess.run(
            self._command(words, folder), check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", env=_environment(), timeout=200,
        )  # fmt: skip
        assert done.returncode == code, f"{words} ended with {done.returncode}: {done.stdout}"
        return done.stdout

    def start(self, *words: str, log: Path, folder: str = "/") -> subprocess.Popen[bytes]:
        """Start a command that goes on running, with its output in the file `log`, outside."""
        with log.open("wb") as output:
            begun = subprocess.Popen(
                self._command(words, folder), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment()
            )
        self._started.append(begun)
        return begun

    def wait(self) -> None:
        """Wait for the end of all that was started."""
        for begun in self._started:
            begun.wait(timeout=60)

    def order(self, url: str, **body: Any) -> dict[str, Any]:
        """Send an order to a simulator that runs inside; return its answer."""
        answer: dict[str, Any] = json.loads(self.run("python3", "-c", _ORDER, url, json.dumps(body)))
        return answer

    def files(self) -> set[str]:
        """Return the path of everything in the folder but what dpkg, apt and useradd keep about all packages."""
        found = set()
        for folder, folders, names in os.walk(self.folder):
            below = Path(folder).relative_to(self.folder)
            folders[:] = [name for name in folders if str(below / name) not in _OF_OTHERS]
            found |= {str(below / name) for name in (*folders, *names)}
        return found - _OF_OTHERS

    def people(self) -> dict[str, set[str]]:
        """Return the lines of the files that list users and groups."""
        return {name: set((self.folder / name).read_text().splitlines()) for name in _PEOPLE}

    def owner(self, path: str) -> str:
        """Return the name of the user to whom a file inside belongs."""
        return self.run("stat", "--format=%U", path).strip()

    def _command(self, words: Sequence[str], folder: str) -> list[str]:
        return [*self._enter, "env", f"--chdir={folder}", *words]


@contextmanager
def small_debian(folder: Path, suite: str) -> Iterator[Root]:
    """Make the small Debian `suite` in `folder`, from the mirror that this machine's apt uses; then cut it off."""
    subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={','.join(INCLUDED)}",
            suite,
            str(folder),
            _mirror(),
        ],
        check=True,
    )
    inside = (
        f"ip link set lo up && mount --types proc proc {folder}/proc && mount --types tmpfs tmpfs {folder}/dev/shm "
        "&& echo ready && exec sleep infinity"
    )
    # No power fails here that dpkg would have to care for, file by file.
    (folder / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    (folder / "dev" / "shm").mkdir(exist_ok=True)
    unshared = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside]
    with subprocess.Popen(unshared, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "ready\n"
            # The first process of the namespace, with which all others end.
            [child] = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
            root = Root(folder, int(child))
            yield root
        finally:
            holder.kill()
        root.wait()


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds; fails when it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(AssertionError):
            if holds():
                return
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.2)


def codename() -> str:
    """Return the codename of this machine's Debian."""
    lines = Path("/etc/os-release").read_text().splitlines()
    [found] = [line.partition("=")[2] for line in lines if line.startswith("VERSION_CODENAME=")]
    return found


def _mirror() -> str:
    """Return the address from which this machine's apt takes the packages of its own Debian."""
    wanted = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main"]
    said = subprocess.run([*wanted, f"Release: {codename()}"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return said.splitlines()[0]


def _environment() -> dict[str, str]:
    # Nothing of this machine's: a proxy, for example, would be a way out.
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "LANG": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
