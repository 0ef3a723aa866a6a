"""`python -m tests.bench names` with the names that ship, and with a folder of others."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from tests.bench.texts.command import app
from zalo_governor.domain.errors import ConfigError

SETS = ("tuned", "held")


def counted(output: str, line: str) -> list[tuple[int, int]]:
    """(so many, of so many) of each line that begins so."""
    return [(int(a), int(b)) for a, b in re.findall(rf"^ *{line} .*?(\d+) of (\d+) ", output, re.MULTILINE)]


def test_without_a_folder_the_shipped_names_are_measured_and_no_name_of_the_peoples_is_flagged() -> None:
    shown = CliRunner().invoke(app, ["names"])
    assert shown.exit_code == 0
    assert [title in shown.output for title in SETS] == [True, True]
    for flagged, names in counted(shown.output, "of the province's peoples"):
        assert flagged == 0
        assert names > 50
    for right, names in counted(shown.output, "right verdict"):
        assert right >= 0.98 * names
    for right, names in counted(shown.output, "right reason"):
        assert right >= 0.95 * names
    assert len(counted(shown.output, "right reason")) == len(SETS)


def test_names_of_a_folder_are_measured_too_and_what_was_mistaken_is_listed(tmp_path: Path) -> None:
    rows = [
        {"name": "Lò Văn Mẫu - Giám đốc Sở Y tế", "label": "valid", "reason": "ok"},
        {"name": "Bố Bắp", "label": "invalid", "reason": "no_title"},
    ]
    (tmp_path / "names-khac.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    shown = CliRunner().invoke(app, ["names", "--data", str(tmp_path)])
    assert "== names-khac.jsonl: 2 names" in shown.output
    assert "no_title taken for nickname: 'Bố Bắp'" in shown.output


def test_a_folder_without_names_is_a_complaint(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["names", "--data", str(tmp_path)])
    assert isinstance(answer.exception, ConfigError)
