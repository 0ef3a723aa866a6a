"""`python -m tests.bench invariants` with our own lines, and with a folder of others."""

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.bench.texts.command import app
from tests.bench.texts.pastes import ON_ANY, ON_MESSAGES


def rows(output: str, name: str) -> list[tuple[str, ...]]:
    """(share of right ones flagged, share of wrong ones found), in each table that has such a row."""
    return [tuple(line.split()[-2:]) for line in output.splitlines() if line.startswith(f"{name:<28} ")]


def test_every_change_is_measured_on_messages_and_where_it_applies_on_names(tmp_path: Path) -> None:
    messages = [
        {"text": "Cầu treo bản giữa rung mạnh, tạm cấm xe máy", "label": "vi_ok"},
        {"text": "cau treo ban giua rung manh, tam cam xe may", "label": "vi_no_diacritics"},
        {"text": "Mêi c¸c b¹n ®Õn ®óng giê", "label": "vi_legacy"},
    ]
    names = [
        {"name": "Lò Văn Mẫu - Giám đốc", "label": "valid", "reason": "ok"},
        {"name": "Lò Văn Mẫu", "label": "invalid", "reason": "no_title"},
    ]
    for file, lines in (("vietnamese/dev.jsonl", messages), ("names/names_dev.jsonl", names)):
        path = tmp_path / file
        path.parent.mkdir()
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    shown = CliRunner().invoke(app, ["invariants", "--data", str(tmp_path)]).output
    assert "== clause 3.1, messages: 1 right, 1 wrong" in shown
    assert "== clause 3.2, names: 1 right, 1 wrong" in shown
    for name in ("as typed", *ON_ANY):
        assert rows(shown, name) == [("0.00%", "100.00%")] * 2
    for name in ON_MESSAGES:
        assert rows(shown, name) == [("0.00%", "100.00%")]
