"""What the Debian package tells of the program: nothing is forgotten when a command or a version changes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from zalo_governor import __version__
from zalo_governor.cli import COMMANDS
from zalo_governor.setup.systemd import files

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
_ASKED = "COMP_WORDS=(zalo-governor {}) COMP_CWORD={}; _zalo_governor; echo ${{COMPREPLY[@]}}"


@pytest.fixture(scope="module")
def texts() -> Iterator[ModuleType]:
    sys.path.insert(0, str(PACKAGING))
    import texts as found  # type: ignore[import-not-found]  # noqa: PLC0415  not a part of the program

    sys.path.remove(str(PACKAGING))
    yield found
    del sys.modules["texts"]


def test_the_manual_page_names_every_command_and_says_what_each_is_for(texts: ModuleType) -> None:
    page = texts.all_texts()["zalo-governor.1"].replace("\\-", "-")
    for command in [*COMMANDS, "version", "audit verify", "roster import"]:
        found = re.search(rf"^\.SS zalo-governor {command}\b.*\n(.+)$", page, re.MULTILINE)
        assert found, command
        assert not found[1].startswith("."), f"{command} has no help"


def test_every_unit_of_the_program_is_in_the_package(texts: ModuleType) -> None:
    made = files(texts.PACKAGED)
    assert sorted(made.values()) == sorted(texts.all_texts()[name] for name in texts._DEBIAN_NAMES.values())
    assert len(set(texts._DEBIAN_NAMES.values())) == len(made)


def _completed(texts: ModuleType, tmp_path: Path, *typed: str) -> list[str]:
    script = tmp_path / "completion"
    script.write_text(texts.all_texts()["completions/zalo-governor"], encoding="utf-8")
    asked = 'source "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _zalo_governor; echo "${COMPREPLY[@]}"'
    command = ["bash", "-c", asked, "bash", str(script), "zalo-governor", *typed]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_bash_completes_commands_subcommands_and_options(texts: ModuleType, tmp_path: Path) -> None:
    assert set(_completed(texts, tmp_path, "")) >= {*COMMANDS, "version"}
    assert _completed(texts, tmp_path, "resto") == ["restore"]
    assert _completed(texts, tmp_path, "audit", "ver") == ["verify"]
    assert "--print" in _completed(texts, tmp_path, "install-service", "--config", "x.yaml", "--")


def test_a_command_is_completed_by_its_other_names_too(texts: ModuleType) -> None:
    options = (texts.Option(("--period",), "Kỳ"),)
    commands = [
        texts.Command(("zalo-governor",), "", (), ()),
        texts.Command(("zalo-governor", "report"), "Báo cáo.", (), options, ("bao-cao",)),
    ]
    for typed, offered in {
        "bao": "bao-cao",
        "rep": "report",
        "bao-cao --": "--period",
        "report --": "--period",
    }.items():
        asked = texts.completion(commands) + _ASKED.format(typed, len(typed.split()))
        assert subprocess.check_output(["bash", "-c", asked], text=True).strip() == offered
    assert ".SS zalo\\-governor report, bao\\-cao\n" in texts.manual_page(commands)


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (PACKAGING / "debian" / "changelog").read_text(encoding="utf-8")
    assert changelog.startswith(f"zalo-governor ({__version__}) ")


def test_the_package_has_a_tree_for_each_python_that_it_admits(texts: ModuleType) -> None:
    control = (PACKAGING / "debian" / "control").read_text(encoding="utf-8")
    built = re.search(r"^PYTHONS = (.*)$", (PACKAGING / "build_deb.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert built
    minors = [int(minor) for minor in re.findall(r"3\.(\d+)", built[1])]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert f"python3 (>= 3.{minors[0]})" in control
    assert f"python3 (<< 3.{minors[-1] + 1})" in control


def test_the_units_of_the_package_use_what_it_installs(texts: ModuleType) -> None:
    made = texts.all_texts()
    run = "ExecStart=/opt/zalo-governor/bin/python3 -m zalo_governor run --config /srv/zalo-governor/governor.yaml"
    assert run in made["zalo-governor.service"].splitlines()
    assert "ConditionPathExists=/srv/zalo-governor/governor.yaml" in made["zalo-governor.service"].splitlines()
    assert made["zalo-governor.sysusers"].startswith("u zalo-governor ")


_SYSTEMCTL = """\
#!/bin/sh
[ "$1" = list-units ] || { echo "$@" >>"$0.did"; exit; }
for pattern; do
    for unit in zalo-governor-panel.service zalo-governor-scan-worker.service zalo-governor-panel@so-mau.service; do
        case $unit in $pattern) echo "$unit loaded active running" ;; esac
    done
done
"""


def test_whatever_debhelper_does_not_start_again_is_stopped_before_the_files_change_and_started_after(
    tmp_path: Path,
) -> None:
    (tmp_path / "systemd" / "system").mkdir(parents=True)
    (tmp_path / "systemctl").write_text(_SYSTEMCTL)
    (tmp_path / "systemctl").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for script, told in (("prerm", "upgrade"), ("postinst", "none")):
        commands = (PACKAGING / "debian" / f"zalo-governor.{script}").read_text().replace("/run/", f"{tmp_path}/")
        commands = commands.replace("/opt/", f"{tmp_path}/opt/").replace("/srv/", f"{tmp_path}/srv/")
        subprocess.run(["sh", "-s", told], input=commands, text=True, check=True, env=path)
    running = "zalo-governor-panel@so-mau.service zalo-governor-panel.service zalo-governor-scan-worker.service"
    assert (tmp_path / "systemctl.did").read_text() == f"stop {running}\nstart --no-block {running}\n"


def test_an_upgrade_after_one_that_failed_still_knows_which_offices_ran(tmp_path: Path) -> None:
    """The script runs once more before the next try, and by then it has stopped them already."""
    running, script, tool = tmp_path / "running", tmp_path / "prerm", tmp_path / "systemctl"
    text = (PACKAGING / "debian" / "zalo-governor.prerm").read_text(encoding="utf-8")
    script.write_text(re.sub(r"(?m)^find .*$", "", text).replace("/run/", f"{tmp_path}/"), encoding="utf-8")
    (tmp_path / "systemd" / "system").mkdir(parents=True)
    running.write_text("zalo-governor@so-a.service loaded active running\n")
    tool.write_text(f"#!/bin/sh\ncase $1 in\n  list-units) cat {running} ;;\n  stop) : >{running} ;;\nesac\n")
    tool.chmod(0o755)
    for _ in range(2):
        subprocess.run(["sh", str(script), "upgrade"], check=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (tmp_path / "zalo-governor.offices").read_text().split() == ["zalo-governor@so-a.service"]
