"""The terminal speaks Vietnamese or English, and commands have names in both."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer._click import Context
from typer.main import get_command
from typer.testing import CliRunner

from zalo_governor.cli import ALIASES, COMMANDS, app, main
from zalo_governor.cli.language import VARIABLE
from zalo_governor.cli.terminal import english_help, parameter_key

_VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


@pytest.fixture(autouse=True)
def no_choice_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--lang` sets the variable; monkeypatch puts it back."""
    monkeypatch.setenv(VARIABLE, "vi")


def commands() -> Iterator[tuple[str, Any]]:
    """Each command with the words that call it."""

    def below(command: Any, path: str, context: Context) -> Iterator[tuple[str, Any]]:
        yield path, command
        for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
            found = command.get_command(context, name)
            yield from below(found, f"{path} {name}".strip(), Context(found, parent=context, info_name=name))

    root = get_command(app)
    return below(root, "", Context(root, info_name="zalo-governor"))


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "160"})
    return result.output + str(result.exception or "")


def test_every_command_and_option_is_explained_in_english() -> None:
    texts = english_help()
    for path, command in commands():
        keys = {parameter_key(parameter) for parameter in command.params}
        told = texts.get(path, {})
        assert told.get("help"), f"help.en.yaml: {path!r}"
        assert keys <= told.keys() | texts["every command"].keys(), f"help.en.yaml: {path!r}"


@pytest.mark.parametrize("place", range(3))
def test_the_language_may_be_chosen_anywhere_in_the_command(place: int) -> None:
    words = ["report", "--help"]
    assert "Print the report" in said(*words[:place], "--lang", "en", *words[place:])
    assert "Cách dùng" in said(*words, "--lang=vi")


def test_the_environment_chooses_the_language_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Cách dùng" in said("cases", "--help")
    monkeypatch.setenv(VARIABLE, "en")
    assert "Usage" in said("cases", "--help")
    assert "chỉ có vi" in said("cases", "--lang", "fr")


def test_english_help_has_no_vietnamese_in_it() -> None:
    for name in COMMANDS:
        shown = said(name, "--help", "--lang", "en").replace("hôm qua", "").replace("ngày", "")
        shown = re.sub(r"CĐ1|QĐ-UBND|tháng|quý|tuần|số 12", "", shown)
        assert not _VIETNAMESE.search(shown), shown


def test_a_flag_takes_no_value_and_the_help_names_none() -> None:
    for name in COMMANDS:
        assert not re.search("<(bool|text|path|int|float)>", said(name, "--help"))


def test_every_command_has_a_vietnamese_name_that_does_the_same() -> None:
    assert {*COMMANDS, "version"} <= set(ALIASES.values())
    assert said("phien-ban") == said("version") == said("--version")
    assert "bat-dau" in said("--help")
    assert "(tên khác: bat-dau)" in said("go-live", "--help")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bao_cao", "bao-cao (report)"), ("golive", "go-live"), ("báo-cáo", "bao-cao (report)"), ("docter", "doctor")],
)
def test_an_unknown_command_points_to_the_nearest_name_in_either_language(typed: str, meant: str) -> None:
    assert f"không có lệnh {typed}; có phải định gõ {meant} không?" in said(typed)
    assert f"did you mean {meant}?" in said(typed, "--lang", "en")


def test_what_the_system_does_is_told_by_the_systems_command() -> None:
    assert said("logs").endswith("không có lệnh logs; hãy gõ: sudo journalctl -u zalo-governor")
    assert said("stop").endswith("hãy gõ: sudo systemctl stop zalo-governor")


def test_what_is_wrong_with_a_path_is_told_in_vietnamese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["zalo-governor", *arguments])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().err

    assert f"tham số TỆP: {tmp_path}: là thư mục, không phải tệp" in told("restore", str(tmp_path))
    assert "không đọc được: không có tệp hoặc thư mục này" in told("simulate", "--scenario", str(tmp_path / "a.yaml"))
    file = tmp_path / "tệp"
    file.write_text("config_dir: khác", encoding="utf-8")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert f"tham số TỆP: {file}: không có quyền đọc" in told("restore", str(file))
    assert f"{tmp_path / 'khác'}: không có thư mục này" in told("rules", "test", "--config", str(file))
