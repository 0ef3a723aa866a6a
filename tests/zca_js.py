"""zca-js 2.2.0, unmodified, as the tests and the bench run it.

It is installed from the locked list in tests/acceptance/zca_js into a folder under build/, which git ignores, and every
package is checked against its integrity there.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).parent / "acceptance" / "zca_js"
_CACHE = Path(__file__).parents[1] / "build" / "zca-js"


class NotInstallableError(Exception):
    """This machine cannot have it; the text says why."""


def install() -> Path:
    """The folder with zca-js in it; installed once for each state of the locked list.

    Raises:
        NotInstallableError: node, npm or its registry are missing.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotInstallableError("node and npm are not installed; zca-js needs them")
    locked = (_SOURCE / "package-lock.json").read_bytes()
    folder = _CACHE / hashlib.sha256(locked).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_SOURCE / name, folder)
        _fetch(folder)
        (folder / "installed").touch()
    return folder


def _fetch(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    # A package that is not what the list says, or a list that does not fit, is no reason to do without.
    assert not {"EINTEGRITY", "EUSAGE"} & set(done.stderr.split()), done.stderr
    raise NotInstallableError(f"zca-js cannot be installed, npm's registry is not there: {done.stderr.splitlines()[0]}")
