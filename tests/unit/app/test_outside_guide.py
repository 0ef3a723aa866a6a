"""What the guide on watching from outside gives to copy is accepted by the program and by systemd."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from zalo_governor.config.settings import load_settings
from zalo_governor.config.watch import load_watch_settings

PAGE = (Path(__file__).parents[3] / "docs" / "giam-sat-tu-xa.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The page's code blocks in that language, without the indentation of the list that they are in."""
    found = [(indent, text) for indent, kind, text in _BLOCK.findall(PAGE) if kind == language]
    return ["\n".join(line.removeprefix(indent) for line in text.splitlines()) + "\n" for indent, text in found]


@pytest.mark.parametrize("block", blocks("yaml"))
def test_settings_to_copy_are_right(tmp_path: Path, block: str) -> None:
    name = block.partition("\n")[0].removeprefix("# ")
    assert yaml.safe_load(block)
    (tmp_path / name).write_text(block, encoding="utf-8")
    if name == "giam-sat.yaml":
        settings = load_watch_settings(tmp_path / name, {})
        assert settings.alarm.smtp or settings.alarm.webhook
    else:
        assert name == "governor.yaml"
        load_settings(tmp_path / name)


def test_both_kinds_of_settings_are_shown() -> None:
    firsts = [block.partition("\n")[0] for block in blocks("yaml")]
    assert firsts.count("# giam-sat.yaml") == 2
    assert firsts.count("# governor.yaml") >= 4


@pytest.mark.parametrize(
    ("place", "name", "program", "arguments"),
    [
        (0, "zalo-governor-watch", "/usr/bin/zalo-governor", " watch --config "),
        (1, "duong-ham-zalo-governor", "/usr/bin/ssh", " -N "),
    ],
)
def test_the_units_are_ones_that_systemd_understands(
    tmp_path: Path, place: int, name: str, program: str, arguments: str
) -> None:
    unit = blocks("ini")[place]
    parsed = configparser.RawConfigParser()
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(unit)
    assert parsed["Service"]["ExecStart"].startswith(program + arguments)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    path = tmp_path / f"{name}.service"
    path.write_text(unit.replace(program, shutil.which("true") or "/bin/true"))
    checked = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if "zalo-governor" in line] == []
