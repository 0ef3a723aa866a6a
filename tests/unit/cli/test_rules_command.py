"""`rules test`, `check` and `check-file` use the rules that the bot would load."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zalo_governor.cli import app
from zalo_governor.config.shipped import shipped_config


@pytest.fixture
def office(tmp_path: Path) -> Path:
    shutil.copytree(shipped_config(), tmp_path / "config")
    (tmp_path / "governor.yaml").write_text("config_dir: config\n", encoding="utf-8")
    return tmp_path


def broken(office: Path) -> str:
    rule = office / "config" / "rules" / "3.2-ho-ten-chuc-vu.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("clause:", "clausee:", 1), encoding="utf-8")
    return str(rule)


@pytest.mark.parametrize("command", [["rules", "test"], ["check", "governor.yaml"], ["check-file", "governor.yaml"]])
def test_what_the_bot_would_not_load_is_told(office: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rule = broken(office)
    monkeypatch.chdir(office)
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code != 0
    assert rule in str(shown.exception)
    named = CliRunner().invoke(app, [*command, "--config-dir", str(shipped_config())])
    assert rule not in str(named.exception)


def test_two_regulations_are_compared_rule_by_rule() -> None:
    shown = CliRunner().invoke(app, ["rules", "compare", "chung", "dak-lak", "--config-dir", str(shipped_config())])
    assert "4.2-noi-dung-xau\t4.2 minor\t2.2 minor" in shown.output.splitlines()
    assert "quang-cao\t-\t2.5 minor" in shown.output.splitlines()
    unknown = CliRunner().invoke(app, ["rules", "compare", "chung", "khac", "--config-dir", str(shipped_config())])
    assert "không có quy chế khac; các quy chế: chung, dak-lak" in str(unknown.exception)


def test_the_folder_tested_is_named(office: Path) -> None:
    shown = CliRunner().invoke(app, ["rules", "test", "--config", str(office / "governor.yaml")])
    assert shown.exit_code == 0
    assert f"Thử các quy tắc trong {office / 'config'}\n" in shown.stderr
