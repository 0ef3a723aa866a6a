"""`python -m tests.bench trace` in small: the altered copies lead back to their messages."""

import re

from typer.testing import CliRunner

from tests.bench.texts.command import app

GOAL = 0.95


def test_a_copy_altered_in_any_one_way_leads_to_its_message() -> None:
    shown = CliRunner().invoke(app, ["trace", "--messages", "400", "--leaks", "40"])
    assert shown.exit_code == 0
    found = re.search(r"any of these +in three +[\d.]+% +(\d+) of 40 ", shown.output)
    assert found is not None
    assert int(found[1]) >= GOAL * 40
    for kind in ("shortened", "no marks", "re-ordered", "30 % changed"):
        assert re.search(rf"^{kind} +in three .* of 10 ", shown.output, re.MULTILINE)
    assert "through 400 messages" in shown.output
