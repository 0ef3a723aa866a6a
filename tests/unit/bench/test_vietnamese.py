"""`python -m tests.bench vietnamese` as somebody at a terminal meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.bench.texts import peers
from tests.bench.texts.command import app
from tests.bench.texts.measuring import share
from zalo_governor.domain.errors import ConfigError

ROWS = [
    {"text": "Đề nghị các đồng chí có mặt đúng giờ", "label": "vi_ok"},
    {"text": "Please send the report", "label": "other_ok"},
    {"text": "de nghi cac dong chi co mat", "label": "vi_no_diacritics", "orig": "đề nghị các đồng chí có mặt"},
    {"text": "Mêi c¸c b¹n ®Õn", "label": "vi_legacy"},
    {"text": "vang a", "label": "vi_no_diacritics", "amb": True},
]


def test_the_table_has_counts_intervals_restoration_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "import_module", _nothing_is_installed)
    (tmp_path / "set.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    said = CliRunner().invoke(app, ["vietnamese", "--data", str(tmp_path)]).output
    assert "== set.jsonl: 4 messages" in said
    assert "violation F1               1.0000" in said
    assert "found of vi_legacy         100.00%  1 of 1" in said
    assert "restored syllables         100.00%  7 of 7" in said
    assert "proposals, without marks   100.00%  1 of 1" in said
    assert said.count("  wholly right             100.00%  1 of 1") == 2
    assert "proposals, right, stripped 100.00%  1 of 1" in said
    assert "a second, p50" in said
    assert "pycld2                     not installed" in said


def test_a_folder_without_messages_is_a_complaint(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["vietnamese", "--data", str(tmp_path)])
    assert isinstance(answer.exception, ConfigError)


def test_a_share_says_how_sure_it_is() -> None:
    assert share(1, 100).split() == ["1.00%", "1", "of", "100", "[0.18%,", "5.45%]"]


def _nothing_is_installed(name: str) -> None:
    raise ImportError(name)
